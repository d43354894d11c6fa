"""Decides what the canonical layout of a text is, and makes sure that it still says the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from render.errors import ManifestError
from render.manifest.canonical.comments import Attacher
from render.manifest.canonical.order import arrange, arranged
from render.manifest.canonical.tree import Branch, TreeReader
from render.manifest.canonical.writing import written
from render.wish import Problem
from render.yaml_source import parse_source
from render.yaml_text import excerpted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.manifest.canonical.tree import Comment


def canonical(content: bytes, *, file: str) -> str:
    """Return the text of a manifest in canonical layout; `file` is what problems call it.

    Raises:
        ManifestError: it cannot be read, is no mapping, or would be read differently afterwards.
    """
    data = _data(content, file)
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    reader = TreeReader(text)
    root = reader.read()
    if not isinstance(root, Branch) or not root.entries:
        return text
    Attacher(text, root).attach(reader.comments)
    # an alias has to come after its anchor, so nothing is moved where there are any
    if not reader.has_aliases:
        arrange(root)
        data = arranged(data)
    _lay_out_shots(root)
    made = written(root)
    if not _says_the_same(made, data, reader.comments):
        raise ManifestError([_refusal(content, file)])
    return made


def _data(content: bytes, file: str) -> dict[str, Any]:
    """Read a manifest as every command reads it.

    Raises:
        ManifestError: it cannot be read, or is no mapping.
    """
    source = parse_source(content, file=file)
    problems = [excerpted(problem, content) for problem in source.problems]
    if not problems and not isinstance(source.data, dict):
        hint = "start it with `version: 1`"
        problems = [
            Problem(file=file, line=1, column=1, rule="structure", message="a manifest is a mapping", hint=hint)
        ]
    if problems:
        raise ManifestError(problems)
    data: dict[str, Any] = source.data
    return data


def _lay_out_shots(root: Branch) -> None:
    """Let the file, its list of shots and every shot stand as blocks."""
    blocks = [root]
    for entry in root.entries:
        if entry.name == "shots" and isinstance(entry.value, Branch):
            blocks += [entry.value, *(item.value for item in entry.value.entries if isinstance(item.value, Branch))]
    for branch in blocks:
        if branch.is_flow and branch.entries:
            _open(branch)


def _open(branch: Branch) -> None:
    """Take the brackets off; what was said behind them is said behind the first line."""
    branch.is_flow = False
    owner, first = branch.owner, branch.entries[0]
    if owner is not None and owner.key is None and first.beside is None and not branch.anchor:
        owner.beside, first.beside = None, owner.beside


def _says_the_same(text: str, data: dict[str, Any], comments: Sequence[Comment]) -> bool:
    content = text.encode()
    source = parse_source(content, file="")
    if source.problems or not isinstance(source.data, dict):
        return False
    reader = TreeReader(text)
    reader.read()
    said = sorted(comment.text for comment in reader.comments) == sorted(comment.text for comment in comments)
    return said and _spelled(source.data) == _spelled(data)


def _spelled(data: dict[str, Any]) -> str:
    """Spell data in the order of its keys, which may mean something: `matrix` turns its last axis fastest."""
    return json.dumps(data)


def _refusal(content: bytes, file: str) -> Problem:
    message = "this file cannot be laid out without being read differently afterwards; it is left as it is"
    hint = "write the values of several lines that stand in it in the plain form: `key: >-` and indented lines"
    return excerpted(Problem(file=file, line=1, column=1, rule="structure", message=message, hint=hint), content)
