"""Reads what the addresses of a run need of the environment, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import ADDRESSES
from render.environment import address_fault, addresses_in, filled, named_in, place_of
from render.errors import SettingsError
from render.records import Action
from render.runner.addresses import Addresses
from render.settings import read_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from render.project import Project
    from render.records import Plan, PlannedTask
    from render.settings import Secret

_UPLOAD = "upload_endpoint"
_SENDING = frozenset({Action.SUBMIT, Action.RECOVER})


def addresses_of(plan: Plan, project: Project, *, buys: bool) -> Addresses:
    """Return the values that the addresses of a plan name.

    Raises:
        SettingsError: one that is to be sent to names a variable that is not set, or makes no address with it.
    """
    if project.is_offline:
        return Addresses(is_served=False)
    values: dict[str, Secret] = {}
    sending = [planned for planned in plan.tasks if buys and planned.action in _SENDING]
    for planned in plan.tasks:
        to_be_sent, others = _addresses(planned, project)
        for address in (*to_be_sent, *others):
            values |= _values(address)
        for address in to_be_sent if buys else ():
            _require(address, values, key=planned.task.key)
    _require_apart(((planned.task.key, _upload_of(planned, project)) for planned in sending), values)
    return Addresses(values=values)


def _addresses(planned: PlannedTask, project: Project) -> tuple[Sequence[str], Sequence[str]]:
    """Return the addresses that name a variable: of what is to be sent now, and of what else answers may repeat."""
    spec, attempt = project.catalog.find(planned.task.model), planned.attempt
    params = planned.task.params
    asked = _naming(params[name] for name in ADDRESSES if name in params)
    sent = _naming(addresses_in(attempt.request, spec).values()) if attempt is not None else ()
    match planned.action:
        case Action.SUBMIT:
            return asked, sent
        case Action.RECOVER:
            return sent, ()
        case _:
            return (), sent


def _naming(addresses: Iterable[Any]) -> Sequence[str]:
    return [address for address in addresses if named_in(address)]


def _upload_of(planned: PlannedTask, project: Project) -> Any:
    """Return where a file is to be put: what was sent once is sent again as it was."""
    if planned.attempt is None or planned.action is Action.SUBMIT:
        return planned.task.params.get(_UPLOAD)
    spec = project.catalog.find(planned.task.model)
    param = None if spec is None else spec.param(_UPLOAD)
    return None if param is None else planned.attempt.request.get(param.wire)


def _require_apart(uploads: Iterable[tuple[str, Any]], values: Mapping[str, Secret]) -> None:
    """Refuse to put two files to one address, as the values of the environment may make of two that differ."""
    keys: dict[str, str] = {}
    for key, address in uploads:
        if isinstance(address, str):
            other = keys.setdefault(place_of(filled(address, lambda name: values[name].reveal())), key)
            if other != key:
                message = f"{other} and {key} would be put to one address with these values of the environment"
                raise SettingsError(message, hint="give each its own: name `{shot}` and `{take}` in `upload_endpoint`")


def _values(address: str) -> dict[str, Secret]:
    read = {name: read_value(name) for name in named_in(address)}
    return {name: value for name, value in read.items() if value is not None}


def _require(address: str, values: Mapping[str, Secret], *, key: str) -> None:
    for name in named_in(address):
        if name not in values:
            message = f"{name} is not set, and {key} is to be sent to an address that names it"
            raise SettingsError(message, hint=f"export {name}=…, or take `${{env.{name}}}` out of the manifest")
    # neither the address nor the value is shown: they are nobody's business
    fault = address_fault(filled(address, lambda name: values[name].reveal()))
    if fault:
        names = " and ".join(named_in(address))
        raise SettingsError(f"the address of {key} cannot be used with the value of {names}: {fault}")
