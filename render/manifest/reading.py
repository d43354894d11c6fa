"""How a manifest is to be read: what the command line says beside it. Every command that opens one passes it on whole.

Its options stand in `render.commands.options`; a field here bears the name of its option there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What holds for one reading of a manifest and everything that it names."""

    #: whether warnings count as errors
    is_strict: bool = False
    #: NAME=VALUE, over all variables that the files give
    variables: tuple[str, ...] = ()
    #: NAME=VALUE, over all parameters that the files give
    assignments: tuple[str, ...] = ()
    #: folders of further model specs, beside `models/` next to the manifest
    spec_folders: tuple[Path, ...] = ()
    #: whether a manifest may name files outside its own folder
    allows_outside: bool = False


AS_WRITTEN = Reading()
