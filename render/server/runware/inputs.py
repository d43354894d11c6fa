"""Media files that a task names as its input: whether each is there and of a kind that can be used.

An id may be that of an uploaded file or of a finished result. A link is taken as it is and never followed: no engine
here looks at it. Bytes inside a task are stored once the task is sold, so that no record holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.server.models.frames import LISTS, PICTURE_NAMES
from render.server.models.rules import Fault
from render.server.records import State
from render.server.runware.enclosed import read_naming
from render.server.runware.media import keep
from render.server.runware.media_kinds import ENDINGS, USABLE, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.server.runware.desk import Desk


@dataclass(frozen=True, kw_only=True, slots=True)
class _Input:
    """One media file as a task names it, and where its name stands."""

    parameter: str
    medium: str
    holder: Any
    #: name or position in the holder
    key: Any

    @property
    def text(self) -> str:
        return str(self.holder[self.key])


def input_faults(task: Mapping[str, Any], *, desk: Desk) -> Iterator[Fault]:
    """The faults of a task whose members have the right types: files that are unknown or of a wrong kind."""
    for each in _inputs(task):
        expected = _what_is_wrong(each, desk)
        if expected:
            yield Fault(kind="invalid", parameters=(each.parameter,), expected=expected)


async def store_enclosed(task: Mapping[str, Any], *, desk: Desk) -> None:
    """Store the files that are enclosed in a task, and put their ids into the places where they stood."""
    for each in _inputs(task):
        naming = read_naming(each.text)
        kind = kind_of(naming.content) if naming is not None and naming.form == "bytes" else None
        if naming is not None and kind is not None:
            each.holder[each.key] = (await keep(naming.content, kind=kind, desk=desk)).id


def _inputs(task: Mapping[str, Any]) -> Iterator[_Input]:
    for prefix, group in (("", task), ("inputs.", task.get("inputs", {}))):
        for number, entry in enumerate(group.get("frameImages", ())):
            for name in PICTURE_NAMES:
                if name in entry:
                    parameter = f"{prefix}frameImages[{number}].{name}"
                    yield _Input(parameter=parameter, medium="image", holder=entry, key=name)
        for name, medium in LISTS.items():
            for number in range(len(group.get(name, ()))):
                yield _Input(parameter=f"{prefix}{name}[{number}]", medium=medium, holder=group[name], key=number)


def _what_is_wrong(each: _Input, desk: Desk) -> str:
    naming = read_naming(each.text)
    if naming is None:
        return "must be the id of an uploaded or generated file, a data URI, base64 or a link"
    if naming.form == "link":
        return ""
    if naming.form == "bytes":
        kind = kind_of(naming.content)
        media_type = kind.media_type if kind is not None else None
    else:
        media_type = _media_type_of(naming.text, each.medium, desk)
        if media_type is None:
            return f"must be the id of {each.medium} that was uploaded or generated before; this one is not known"
    kinds = ", ".join(sorted(USABLE[each.medium]))
    return "" if media_type in USABLE[each.medium] else f"must be a file of one of the kinds {kinds}"


def _media_type_of(identifier: str, medium: str, desk: Desk) -> str | None:
    uploaded = desk.archive.medium(identifier)
    if uploaded is not None:
        return uploaded.media_type
    for media_type in USABLE[medium]:
        result = desk.service.ledger.result_of_file(f"{identifier.lower()}.{ENDINGS[media_type]}")
        if result is not None and result.state is State.DONE:
            return media_type
    return None
