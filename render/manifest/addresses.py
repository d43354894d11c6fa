"""Checks where results are sent to beside coming home: `upload_endpoint` and `webhook_url`.

Of the environment it asks one thing: whether a variable is set. Its value is read when something is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import ADDRESSES
from render.catalog.wording import shown
from render.environment import NAME, PREFIX, address_fault, filled, named_in
from render.settings import is_set
from render.variables import fill_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved

_WHERE = " and ".join(f"`{name}`" for name in ADDRESSES)
_UPLOAD = "upload_endpoint"


class AddressCheck:
    """Looks at one address after the other, and tells of each missing variable once."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._missed: set[str] = set()

    def check(self, name: str, value: Any, variables: Mapping[str, str], path: Path) -> None:
        """Report what is wrong with the address that `value` is once its variables are filled in."""
        if not isinstance(value, str) or self._findings.is_told(path):
            return
        address = fill_in(value, variables)
        # a value of the environment may be the whole of an address or any part of it
        stand_in = "https://host.invalid/" if address.startswith("${env.") else "x"
        fault = address_fault(filled(address, lambda _: stand_in))
        if "$${" in value:
            fault = "it holds a `$${`"
        if fault:
            hint = f"write it like https://example.com/{'take.mp4' if name == _UPLOAD else 'hook'}"
            self._findings.add(path, "address", f"`{name}`: nothing can be sent to this address: {fault}", hint=hint)
            return
        for variable in named_in(address):
            self._look_for(variable, path)

    def _look_for(self, variable: str, path: Path) -> None:
        if variable not in self._missed and not is_set(variable):
            self._missed.add(variable)
            hint = f"`render run` needs it: export {variable}=…"
            message = f"`{variable}` is not set in this environment"
            self._findings.warn(path, "unset-variable", message, hint=hint)


def tell_environment(variable: str, path: Path, findings: Findings, *, is_read: bool) -> None:
    """Report `${env.…}` where it is not read, or where what follows is no name."""
    name = variable.removeprefix(PREFIX)
    if not is_read:
        message = f"`${{{variable}}}` is not read here: the environment is read in {_WHERE} alone"
        findings.add(path, "environment", message, hint="use a variable of the manifest, and `--var` to give it a text")
    elif not NAME.match(name):
        hint = "letters, digits and `_`, not beginning with a digit"
        findings.add(path, "environment", f"{shown(name)} is not a name of the environment", hint=hint)


def check_upload_endpoints(shots: Sequence[Resolved], findings: Findings) -> None:
    """Warn where several files would be put to one address, each over the last."""
    first: dict[str, str] = {}
    told: set[str] = set()
    for shot, path in ((one.shot, one.origins.get(_UPLOAD)) for one in shots if one.shot.enabled):
        if path is None or not isinstance(shot.params[_UPLOAD], str):
            continue
        address = fill_in(shot.params[_UPLOAD], shot.variables)
        before = first.setdefault(address, shot.id)
        if address not in told and (before != shot.id or shot.takes > 1):
            told.add(address)
            who = f"all takes of `{shot.id}`" if before == shot.id else f"`{before}`, `{shot.id}` and perhaps more"
            hint = "give each its own, with a variable in the address; the files that come here are not affected"
            findings.warn(path, "one-address", f"{who} are put to one address, each over the last", hint=hint)
