"""Notices prompts that a comment cuts off: `prompt: A boat #3 in the sea` is `A boat` to YAML, and bought as that.

Looks at the lines of a file, because nothing of a comment is left in its data. Knows nothing of what a shot means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.catalog.names import TEXTS
from render.wish import Problem, Severity

if TYPE_CHECKING:
    from render.manifest.findings import Findings
    from render.yaml_source import Source

#: a comment is rarely written without a space behind its `#`, and a number nearly always
_HASH = re.compile(rb" (#[^\s#])")
#: an unquoted text beside its key, up to the `#` that ends it
_CUT = re.compile(
    rb"^ *(?:- +)?(?:%b): +[^\s\"'|>\[{#&*!][^\n\r]*? (#[^\s#][^\s]*)" % "|".join(TEXTS).encode(), re.MULTILINE
)
_LONGEST_SHOWN = 40


def tell_cut_texts(source: Source, findings: Findings) -> None:
    """Warn of every prompt in one file that ends in a comment which may have been meant as a part of it."""
    for place, cut in source.lines.holding(_CUT, needs=_HASH):
        begins = cut if len(cut) <= _LONGEST_SHOWN else f"{cut[: _LONGEST_SHOWN - 1]}…"
        problem = Problem(
            file=source.file,
            line=place.line,
            column=place.column,
            severity=Severity.WARNING,
            rule="cut-text",
            message=f"`{begins}` and what follows is a comment, and no part of the text",
            hint="put the whole text in quotes, or write a comment with a space behind its `#`",
        )
        findings.tell(problem)
