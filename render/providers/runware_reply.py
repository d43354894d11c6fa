"""One Runware reply, taken apart: the items in `data`, and every error as one record, whichever shape it came in.

Knows the envelope only; what an error means depends on the call and is decided by those who read the Answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.providers.replies import UnreadableError, read_items, read_reply, read_word, readable_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from render.providers.protocol import Reply

#: what is asked for or followed, and cannot be so once it has lost a part
_AS_THEY_ARE = frozenset({"taskUUID", "videoURL", "imageURL", "videoUUID", "imageUUID"})


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskError:
    """One error object."""

    #: "" where it names none
    task_id: str
    code: str
    message: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A readable reply."""

    status: int
    #: whether there was a `data` at all: an empty list means something else than none
    has_data: bool
    #: items of `data` that are not errors
    items: tuple[Mapping[str, Any], ...]
    errors: tuple[TaskError, ...]

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


def read_answer(reply: Reply) -> Answer:
    """Take a reply apart.

    Raises:
        UnreadableError: not a JSON object, or one with neither `data` nor an error.
    """
    document = read_reply(reply, as_they_are=_AS_THEY_ARE)
    data = document.get("data")
    items = read_items(data)
    errors = (*_envelope_errors(document), *(_item_error(item) for item in items if _is_error(item)))
    has_data = isinstance(data, list | dict)
    if not has_data and not errors:
        raise UnreadableError("neither data nor errors")
    kept = tuple(item for item in items if not _is_error(item))
    return Answer(status=reply.status, has_data=has_data, items=kept, errors=errors)


def _is_error(item: Mapping[str, Any]) -> bool:
    return read_word(item.get("status")) == "error"


def _envelope_errors(document: Mapping[str, Any]) -> Iterator[TaskError]:
    """Read `errors`, the singular `error`, and the oldest form: {"error": true, "errorId": 19, "errorMessage": …}."""
    for name in ("errors", "error"):
        yield from (_task_error(entry, about=entry) for entry in read_items(document.get(name)))
    if document.get("error") is True:
        message = readable_text(document.get("errorMessage"))
        yield TaskError(task_id="", code=readable_text(document.get("errorId")), message=message)


def _item_error(item: Mapping[str, Any]) -> TaskError:
    detail = item.get("error")
    return _task_error(detail if isinstance(detail, dict) else item, about=item)


def _task_error(detail: Mapping[str, Any], *, about: Mapping[str, Any]) -> TaskError:
    task_id, parameter = about.get("taskUUID"), detail.get("parameter")
    names = parameter if isinstance(parameter, list) else [parameter]
    return TaskError(
        task_id=task_id if isinstance(task_id, str) else "",
        code=readable_text(detail.get("code")),
        message=readable_text(detail.get("message")),
        parameters=tuple(name for name in names if isinstance(name, str)),
    )
