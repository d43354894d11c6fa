"""Asks the public database of advisories about every pinned dependency, and says plainly what it did not learn.

The auditor that does the asking ends well although it could ask about nothing; this reads its report instead.

    python supply/audit.py AUDITOR LOCK… [--unreachable-is-fine]

Exit status: 0 everything was looked up and nothing is known against it; 1 something is; 75 not everything could be
looked up, or 0 for that with --unreachable-is-fine, which says it all the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXIT_FOUND, EXIT_NOT_ASKED = 1, 75
_PATIENCE_S = 120


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is known about the packages of one lock, each as `name version`."""

    looked_up: tuple[str, ...]
    not_looked_up: tuple[str, ...]
    #: `name version: advisory, mended in …`
    findings: tuple[str, ...]


def main() -> int:
    """Audit the locks that the command line names, print what was found, and return the exit status."""
    parser = argparse.ArgumentParser(prog="audit")
    parser.add_argument("auditor", type=Path)
    parser.add_argument("locks", type=Path, nargs="+")
    parser.add_argument("--unreachable-is-fine", action="store_true")
    options = parser.parse_args()
    verdicts = {lock: audited(options.auditor, lock) for lock in options.locks}
    for lock, verdict in verdicts.items():
        sys.stdout.write(told(lock.name, verdict))
    if any(verdict.findings for verdict in verdicts.values()):
        return EXIT_FOUND
    is_whole = not any(verdict.not_looked_up for verdict in verdicts.values())
    return 0 if is_whole or options.unreachable_is_fine else EXIT_NOT_ASKED


def audited(auditor: Path, lock: Path) -> Verdict:
    """Ask about one lock; whoever cannot be asked has looked up nothing."""
    command = [str(auditor), "--requirement", str(lock), "--require-hashes", "--disable-pip", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)  # noqa: S603 - the auditor of our own environment
        return verdict_of(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return Verdict(looked_up=(), not_looked_up=tuple(pins(lock.read_text(encoding="utf-8"))), findings=())


def pins(text: str) -> list[str]:
    """The packages that a lock pins."""
    lines = [line.split()[0] for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    return [line.replace("==", " ") for line in lines]


def verdict_of(dependencies: Sequence[Mapping[str, Any]]) -> Verdict:
    """Read the auditor's report: what it skipped, it has not looked up."""
    named = [(f"{row['name']} {row.get('version', '')}".strip(), row) for row in dependencies]
    return Verdict(
        looked_up=tuple(name for name, row in named if "skip_reason" not in row),
        not_looked_up=tuple(name for name, row in named if "skip_reason" in row),
        findings=tuple(_finding(name, known) for name, row in named for known in row.get("vulns", ())),
    )


def told(lock: str, verdict: Verdict) -> str:
    """One line for the lock, and one for each finding."""
    total = len(verdict.looked_up) + len(verdict.not_looked_up)
    lines = [f"{lock}: {len(verdict.looked_up)} of {total} packages looked up, {len(verdict.findings)} known to be bad"]
    lines += [f"  {finding}" for finding in verdict.findings]
    if verdict.not_looked_up and not verdict.looked_up:
        lines.append("  NOT AUDITED: the database of advisories cannot be reached from here")
    elif verdict.not_looked_up:
        lines.append(f"  NOT AUDITED: {', '.join(verdict.not_looked_up)}")
    return "\n".join(lines) + "\n"


def _finding(name: str, known: Mapping[str, Any]) -> str:
    mended = ", ".join(known.get("fix_versions", ())) or "no version yet"
    return f"{name}: {known['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main())
