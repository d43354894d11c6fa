"""Checks where results are sent to beside coming home: `upload_endpoint` and `webhook_url`.

Of the environment it asks one thing: whether a variable is set. Its value is read when something is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import ADDRESSES
from render.catalog.wording import shown
from render.environment import NAME, PREFIX, address_fault, filled, named_in, place_of
from render.expand import addresses_of
from render.layout import address_of, address_pattern_fault
from render.manifest.ids import placed
from render.manifest.outputs import SAMPLE, can_be_named
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
        fault = "it holds a `$${`" if "$${" in value else address_pattern_fault(address)
        fault = fault or address_fault(filled(address_of(address, SAMPLE), lambda _: stand_in))
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


def check_upload_endpoints(shots: Sequence[Resolved], findings: Findings, *, project: str) -> None:
    """Report where the files of several tasks would be put to one address, each over the last."""
    first: dict[str, tuple[str, Path]] = {}
    told: set[Path] = set()
    for resolved in shots:
        path = resolved.origins.get(_UPLOAD)
        if path is None or path in told or not _can_be_sent(resolved, path, findings):
            continue
        for key, address in addresses_of(_UPLOAD, resolved.shot, resolved.spec, project=project):
            other, other_path = first.setdefault(place_of(address), (key, path))
            if other != key:
                told.add(path)
                _tell_one_address(path, (key, other, other_path), findings)
                break


def _can_be_sent(resolved: Resolved, path: Path, findings: Findings) -> bool:
    """Whether the files of a shot will be put anywhere, and nothing that their addresses are made of is wrong."""
    address = resolved.shot.params[_UPLOAD]
    if not resolved.shot.enabled or not isinstance(address, str) or findings.is_told(path):
        return False
    return can_be_named(resolved) and not address_pattern_fault(fill_in(address, resolved.shot.variables))


def _tell_one_address(path: Path, who: tuple[str, str, Path], findings: Findings) -> None:
    key, other, other_path = who
    where = f", {placed(other_path, path, findings)}," if other_path != path else ""
    hint = "give each its own: name `{shot}` and `{take}` in the address"
    findings.add(path, "one-address", f"{key} and {other}{where} would be put to one address", hint=hint)
