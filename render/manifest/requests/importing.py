"""Makes a manifest of raw requests and has it checked like any other; what is wrong is told where it came from."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import ManifestError
from render.manifest.findings import first_of
from render.manifest.load import check_manifest
from render.manifest.requests.drafting import manifest_lines
from render.manifest.requests.raw import Found, Original, find_requests
from render.manifest.requests.sharing import drafted
from render.manifest.requests.translation import Translator
from render.wish import Problem
from render.yaml_text import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from render.catalog.load import Catalog
    from render.manifest.requests.drafting import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """A manifest that is in order, made of requests."""

    text: str
    requests: int
    shots: int
    #: how often a key was left out
    keys: int
    #: what a check of it warns of, in the places of the requests
    warnings: tuple[Problem, ...]


def import_requests(texts: Sequence[tuple[str, bytes]], catalog: Catalog, *, project: str) -> Imported:
    """Return the manifest that the requests in `texts`, each with its name, stand for.

    Raises:
        ManifestError: something cannot be carried over, or would be refused in a manifest.
    """
    found = Found(requests=[], problems=[])
    for file, content in texts:
        text = decode(content, file=file)
        if isinstance(text, Problem):
            found.problems.append(text)
        else:
            find_requests(Original(text, file=file), found)
    translator = Translator(catalog, found.problems)
    wishes = [wished for raw in found.requests if (wished := translator.wished(raw)) is not None]
    _require_none(found.problems)
    if not wishes:
        _require_none([_empty(texts[0][0])])
    draft = drafted(wishes)
    lines = list(manifest_lines(draft, project=project))
    written = "".join(f"{line}\n" for line, _ in lines)
    problems = _placed(_problems_of(written, catalog), lines)
    _require_none([problem for problem in problems if problem.is_error])
    return Imported(
        text=written, requests=len(found.requests), shots=len(draft.shots), keys=found.keys, warnings=tuple(problems)
    )


def _empty(file: str) -> Problem:
    message = "there is no request for a render in it"
    return Problem(file=file, line=1, column=1, rule="request", message=message)


def _require_none(problems: Sequence[Problem]) -> None:
    if problems:
        raise ManifestError(first_of(sorted(problems), errors=len(problems), warnings=0))


def _problems_of(text: str, catalog: Catalog) -> tuple[Problem, ...]:
    """Check a manifest that is in no file yet."""
    with tempfile.TemporaryDirectory(prefix="render-import-") as folder:
        path = Path(folder) / "imported.shots.yaml"
        path.write_text(text, encoding="utf-8")
        return check_manifest(path, catalog).problems


def _placed(problems: Sequence[Problem], lines: Sequence[Line]) -> list[Problem]:
    """Move problems from the lines of the manifest to what those were made of, each once."""
    first = next(spot for _, spot in lines if spot is not None)
    made = []
    for problem in problems:
        spot = lines[problem.line - 1][1] if 0 < problem.line <= len(lines) else None
        place = (spot or first).problem("")
        made.append(replace(problem, file=place.file, line=place.line, column=place.column, excerpt=place.excerpt))
    return list(dict.fromkeys(made))
