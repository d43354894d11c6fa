"""Input media among parameters: where they may stand, and what stands for one of them.

An address or an id is a text, wherever it is. A file of the author's is a plain mapping in the parameters of a task
(its name, digest, size and kind), and a word with its digest in a request. Pure: finds no file and sends none.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

from render.catalog.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from render.catalog.spec import Param

    #: the steps that lead to a value: names, and positions in lists
    Steps = tuple[str | int, ...]

#: what can be known of a file by its bytes, by medium
MEDIA_TYPES: Mapping[str, tuple[str, ...]] = {
    "image": ("image/png", "image/jpeg", "image/webp"),
    "video": ("video/mp4", "video/quicktime", "video/webm"),
    "audio": ("audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/mp4"),
}
#: as people call them
_NAMES = {"jpeg": "JPG", "quicktime": "MOV", "mpeg": "MP3"}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FILE_KEYS = frozenset({"file", "sha256", "bytes", "kind"})
_REFERENCE = re.compile(r"media:([0-9a-f]{64})")


def media_faults(param: Param) -> Iterator[tuple[str, str, str]]:
    """Yield what a parameter says against itself about input media and lists: the key, what is wrong, what to do."""
    is_list = param.kind is Kind.LIST
    if (param.min_items is not None or param.max_items is not None) and not is_list:
        yield "type", "only a list has `min_items` or `max_items`", "leave them out, or write `type: list`"
    if not param.media:
        if param.media_types or param.max_bytes is not None:
            message = "only input media have `media_types` or `max_bytes`"
            yield "type", message, f"leave them out, or write `media`: {', '.join(MEDIA_TYPES)}"
        return
    if param.media not in MEDIA_TYPES:
        yield "media", f"`media`: `{param.media}` is no kind of input", f"there are {', '.join(MEDIA_TYPES)}"
        return
    if not (param.kind is Kind.STRING or (is_list and not param.fields and not param.is_open)):
        message = "`media` stands with a string, or with a list that has no `fields` and is not `open`"
        yield "media", message, "write `type: string`, or put `media` at one of the `fields`"
    strange = [str(each) for each in param.media_types if each not in MEDIA_TYPES[param.media]]
    if strange:
        message = f"`media_types` holds {', '.join(strange)}"
        yield "media_types", message, f"there are {', '.join(MEDIA_TYPES[param.media])}"


def kind_name(media_type: str) -> str:
    """Return what people call a kind of file: PNG, JPG, MOV; `audio/mp4` is M4A."""
    if media_type == "audio/mp4":
        return "M4A"
    ending = media_type.rpartition("/")[2]
    return _NAMES.get(ending, ending.upper())


def form_of(text: str) -> Literal["id", "address", "bytes", "file"]:
    """Say what a text under an input means: an id at the provider, an address, bytes in the text itself, or a file."""
    if _UUID.fullmatch(text):
        return "id"
    scheme = text[:8].casefold()
    if scheme.startswith(("http://", "https://")):
        return "address"
    return "bytes" if scheme.startswith("data:") else "file"


def file_data(*, name: str, sha256: str, size_bytes: int, media_type: str) -> dict[str, Any]:
    """Return what stands for a file in the parameters of a task."""
    return {"file": name, "sha256": sha256, "bytes": size_bytes, "kind": media_type}


def is_file(value: Any) -> bool:
    """Whether a value among parameters stands for a file."""
    return isinstance(value, dict) and value.keys() == _FILE_KEYS


def reference(value: Any) -> Any:
    """Return what stands for an input in a request: for a file a word with its digest, anything else as it is."""
    return f"media:{value['sha256']}" if is_file(value) else value


def digest_of(word: Any) -> str | None:
    """Return the digest in the word that stands for a file in a request; None for anything else."""
    found = _REFERENCE.fullmatch(word) if isinstance(word, str) else None
    return found.group(1) if found else None


def takes_media(param: Param) -> bool:
    """Whether input media may stand in a parameter, at any depth."""
    return bool(param.media) or any(map(takes_media, param.fields))


def files_in(values: Mapping[str, Any], params: Iterable[Param]) -> tuple[Mapping[str, Any], ...]:
    """Return what stands for files in the parameters of a task, in order."""
    found: list[Mapping[str, Any]] = []

    def note(value: Any, _: Param, __: Steps) -> Any:
        if is_file(value):
            found.append(value)
        return value

    replaced(values, params, note)
    return tuple(found)


def replaced(
    values: Mapping[str, Any],
    params: Iterable[Param],
    change: Callable[[Any, Param, Steps], Any],
    *,
    is_wire: bool = False,
) -> dict[str, Any]:
    """Return `values` with every input in them as `change` has it; by the provider's names where `is_wire`."""
    return _Walk(change, is_wire=is_wire).through(values, params, ())


class _Walk:
    def __init__(self, change: Callable[[Any, Param, Steps], Any], *, is_wire: bool) -> None:
        self._change = change
        self._name_of = attrgetter("wire" if is_wire else "name")

    def through(self, values: Mapping[str, Any], params: Iterable[Param], steps: Steps) -> dict[str, Any]:
        made = dict(values)
        for param in filter(takes_media, params):
            name = self._name_of(param)
            if name in values:
                made[name] = self._value(values[name], param, (*steps, name))
        return made

    def _value(self, value: Any, param: Param, steps: Steps) -> Any:
        if isinstance(value, list) and param.kind is Kind.LIST:
            return [self._item(item, param, (*steps, at)) for at, item in enumerate(value)]
        return self._item(value, param, steps)

    def _item(self, value: Any, param: Param, steps: Steps) -> Any:
        if param.media:
            return self._change(value, param, steps)
        return self.through(value, param.fields, steps) if isinstance(value, dict) else value
