"""Looks whether recorded files are there; one look at each, no reading. Knows nothing of how they came to be."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from render.records import Artifact


def presence(root: Path, artifacts: Iterable[Artifact]) -> frozenset[str]:
    """Return the paths of those artifacts whose file stands below `root` with the recorded size."""
    return frozenset(artifact.path for artifact in artifacts if _is_present(root, artifact))


def _is_present(root: Path, artifact: Artifact) -> bool:
    try:
        found = Path(root, artifact.path).lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == artifact.size_bytes
