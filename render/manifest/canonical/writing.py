"""Writes a tree as text: two spaces a level, brackets where they were, one blank line between the parts of a file.

Values are written as they were; only what stands between them changes. Puts nothing in another order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.manifest.canonical.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.manifest.canonical.tree import Entry, Leaf

#: brackets that went over several lines and would make a longer one become a block
WIDEST = 100

_STEP = "  "
#: `|2-`: how deep the text below stands, where it says so
_HEADER = re.compile(r"^((?:&\S+ +)?[|>][-+]?)[1-9]")


def written(root: Branch) -> str:
    """Return the text of a whole file."""
    lines: list[str] = []
    was_section = False
    for entry in root.entries:
        own = _entry_lines(entry, "")
        is_section = len(own) > 1
        above = entry.above
        if lines and (is_section or was_section):
            above = ["", *above]
        _add(lines, above, "")
        lines += own
        was_section = is_section
    _add(lines, root.below, "")
    while len(lines) > 1 and not lines[-1] and not _keeps_blanks(root):
        lines.pop()
    return "\n".join(lines) + "\n"


def _add(lines: list[str], more: Sequence[str], pad: str) -> None:
    """Add comments and blank lines, never two of those in a row, nor one at the beginning."""
    for line in more:
        if line:
            lines.append(pad + line)
        elif lines and lines[-1]:
            lines.append("")


def _entry_lines(entry: Entry, pad: str) -> list[str]:
    """Return an entry without what is said above it."""
    head = f"{pad}{entry.key.text}:" if entry.key is not None else f"{pad}-"
    value = entry.value
    if not isinstance(value, Branch):
        first, *rest = _leaf_lines(value, pad + _STEP)
        return _beside([f"{head} {first}".rstrip() if first else head, *rest], entry, is_after=not value.is_block)
    inline = _inline(value, len(head) + 1)
    if inline is not None:
        return _beside([f"{head} {inline}"], entry)
    lines = _branch_lines(value, pad + _STEP)
    is_compact = entry.key is None and entry.beside is None and not value.anchor and not any(value.entries[0].above)
    if is_compact:
        return [f"{pad}- {lines[0].lstrip(' ')}", *lines[1:]]
    return [*_beside([f"{head} {value.anchor}".rstrip()], entry), *lines]


def _branch_lines(branch: Branch, pad: str) -> list[str]:
    lines: list[str] = []
    for entry in branch.entries:
        _add(lines, entry.above, pad)
        lines += _entry_lines(entry, pad)
    _add(lines, branch.below, pad)
    return lines


def _beside(lines: list[str], entry: Entry, *, is_after: bool = True) -> list[str]:
    """Put the comment of an entry behind its last line, or behind its first where the last one is text."""
    if entry.beside is not None:
        text, column = entry.beside
        at = -1 if is_after else 0
        lines[at] = f"{lines[at]:{max(column, len(lines[at]) + 2)}}{text}"
    return lines


def _leaf_lines(leaf: Leaf, pad: str) -> list[str]:
    first, *rest = leaf.text.split("\n")
    if leaf.is_block:
        return [_HEADER.sub(rf"\g<1>{len(_STEP)}", first.rstrip(), count=1), *_block_lines(leaf, rest, pad)]
    return [first.rstrip(), *((pad + line.strip(" \t")).rstrip() for line in rest)] if rest else [first]


def _block_lines(leaf: Leaf, lines: list[str], pad: str) -> list[str]:
    """Return the lines of a `|` or `>` text under their new indentation."""
    while lines and not lines[-1].strip(" "):
        lines.pop()
    shown = next((line for line in leaf.value.split("\n") if line.strip(" ")), "")
    first = next((line for line in lines if line.strip(" ")), "")
    depth = _lead(first) - _lead(shown)
    kept = leaf.value[len(leaf.value.rstrip("\n")) :] if _keeps(leaf) else ""
    return [*(pad + line[depth:] if line[depth:] else "" for line in lines), *[""] * (len(kept) - 1)]


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _keeps(leaf: Leaf) -> bool:
    """Whether blank lines behind a text belong to it."""
    return leaf.is_block and "+" in leaf.text.split("\n", 1)[0].split("#", 1)[0]


def _keeps_blanks(root: Branch) -> bool:
    return any(not isinstance(entry.value, Branch) and _keeps(entry.value) for entry in root.every_entry())


def _inline(branch: Branch, room_taken: int) -> str | None:
    """Return what stands in brackets as one line; None where it is to be a block."""
    if branch.entries and (not branch.is_flow or branch.has_comments):
        return None
    text = f"{branch.anchor}{_in_brackets(branch)}"
    return text if branch.is_one_line or (len(text) + room_taken <= WIDEST and "\n" not in text) else None


def _in_brackets(branch: Branch) -> str:
    parts = [_part(entry) for entry in branch.entries]
    return f"{{{', '.join(parts)}}}" if branch.is_mapping else f"[{', '.join(parts)}]"


def _part(entry: Entry) -> str:
    value = entry.value
    text = f"{value.anchor}{_in_brackets(value)}" if isinstance(value, Branch) else value.text
    return f"{entry.key.text}: {text}" if entry.key is not None else text
