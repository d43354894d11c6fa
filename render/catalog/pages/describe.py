"""Makes the spec of a model of what was read of its page, and says what the page leaves open.

The result is plain data in the shape of a spec file. Knows no layout; asks neither files nor the clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from render.catalog.pages.facts import Blank, Notes
from render.catalog.pages.known import known_to
from render.catalog.pages.params import MODEL, Params
from render.catalog.pages.prices import price_rows
from render.catalog.pages.rules import Rules
from render.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from render.catalog.pages.known import Known
    from render.catalog.pages.page import Page, Unread
    from render.catalog.spec import ModelSpec

#: as `provider:id@version`
_AIR = r"[A-Za-z0-9][A-Za-z0-9_.-]*:[A-Za-z0-9][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9_.-]*"
_ANY_AIR = "provider:id@version"
_ID = {"runware": re.compile(_AIR), "aimlapi": re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")}
_MEDIA = {"imageInference": "image", "videoInference": "video"}
_USUAL_FORMAT = {"image": "JPG", "video": "MP4"}
_LONGEST_NAME = 100
_NO_NAMES: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """A spec as plain data, and what the page did not say or was not understood in."""

    spec: Mapping[str, Any]
    blanks: tuple[Blank, ...]
    unread: tuple[Unread, ...]

    @property
    def slug(self) -> str:
        """What the model is called for short."""
        return str(self.spec["aliases"][0])


def describe(
    page: Page, specs: Sequence[ModelSpec], *, checked: str, names: Mapping[str, Collection[str]] = _NO_NAMES
) -> Described:
    """Describe the model of a page in the words of the catalog's `specs`; `names` are those of all models, by id.

    Raises:
        UsageError: the page is about nothing that can be rendered.
    """
    task = _value(page, "taskType")
    medium = _medium(page, task)
    is_any = page.provider == "runware" and not _model(page) and _speaks_for_all(page)
    model = f"runware:{task}" if is_any else _checked_id(page)
    known = known_to(specs, model=model, provider=page.provider, medium=medium)
    notes = Notes(unread=list(page.unread))
    heading = {
        "id": model,
        **_named(page, known, {name for other, taken in names.items() if other != model for name in taken}),
        "provider": page.provider,
        "task": task,
        "medium": medium,
        "matches": f"^{_AIR}$" if is_any else None,
        "source": page.url or f'{_documentation(page, is_any=is_any)} "{page.title}"',
        "checked": checked,
        "note": known.same.note if known.same is not None else None,
    }
    spec = {**heading, **_contents(page, known, notes, medium)}
    whole = {key: value for key, value in spec.items() if value not in (None, [], {}) and (value or key == "task")}
    # of what the runner fills in, nobody misses anything
    blanks = tuple(blank for blank in notes.blanks if blank.path[0] != "owned")
    return Described(spec=whole, blanks=blanks, unread=tuple(notes.unread))


def _contents(page: Page, known: Known, notes: Notes, medium: str) -> dict[str, Any]:
    """Return what stands in a spec below its heading."""
    params = Params(page, known, notes)
    taken = params.taken()
    rules = Rules(page, params.paths, taken)
    for name in rules.loosened() & taken.keys():
        taken[name].pop("required", None)
    _limit_to_sizes(taken, page)
    made = {
        "params": taken,
        "owned": params.owned(),
        "sizes": [list(size) for size in page.sizes],
        "rules": rules.rows(known, notes),
        "extensions": _extensions(taken, medium, notes),
        "aspect_sizes": _aspect_sizes(page, taken),
        "prices": price_rows(page),
    }
    if medium == "video" and "fps" not in taken:
        notes.blanks.append(Blank(path=("fps",), words="how many frames a second there are"))
    return made


def _documentation(page: Page, *, is_any: bool) -> str:
    if page.provider == "aimlapi":
        return "AI/ML API documentation, page"
    return "Runware documentation, page" if is_any else "Runware documentation, model page"


def _value(page: Page, wire: str) -> str:
    row = page.row(wire)
    return "" if row is None else row.facts.get("value") or (row.allowed[0] if len(row.allowed) == 1 else "")


def _model(page: Page) -> str:
    return _value(page, "model") or page.id


def _speaks_for_all(page: Page) -> bool:
    row = page.row(*MODEL)
    return row is not None and _ANY_AIR in row.text


def _medium(page: Page, task: str) -> str:
    if page.provider == "aimlapi":
        return "video"
    if task not in _MEDIA:
        what = f"it describes `{task}`" if task else "it does not say which type of task it describes (`taskType`)"
        raise UsageError(f"{what}; renderline makes {' and '.join(_MEDIA)}")
    return _MEDIA[task]


def _checked_id(page: Page) -> str:
    model = _model(page)
    if not _ID[page.provider].fullmatch(model):
        hint = f"a page names it like {'runware:210@1' if page.provider == 'runware' else 'firm/model'}"
        raise UsageError("the page does not say which model it is about", hint=hint)
    return model


def _named(page: Page, known: Known, taken: Collection[str]) -> dict[str, Any]:
    """Return what the model is called; one that is known keeps its names."""
    if known.same is not None:
        return {"name": known.same.name, "aliases": list(known.same.aliases)}
    name = page.title[:_LONGEST_NAME] or _model(page)
    wished = (_slug(name), _slug(_model(page)))
    alias = next((each for each in wished if each not in taken and each != ""), "")
    if not alias:
        raise UsageError(f"`{wished[0]}` and `{wished[1]}` already are names of other models")
    return {"name": name, "aliases": [alias]}


def _slug(text: str) -> str:
    """`Kandinsky 5.0 Image Lite` -> `kandinsky-5-image-lite`."""
    plain = re.sub(r"(?<=\d)\.0(?!\d)", "", text.lower())
    return re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")


def _limit_to_sizes(params: dict[str, Any], page: Page) -> None:
    for side, name in enumerate(("width", "height")):
        if page.sizes and name in params:
            params[name]["allowed"] = sorted({size[side] for size in page.sizes})


def _extensions(params: Mapping[str, Any], medium: str, notes: Notes) -> dict[str, str]:
    allowed = list(params.get("output_format", {}).get("allowed", ()))
    if not allowed:
        allowed = [_USUAL_FORMAT[medium]]
        words = f"in which formats files come; taken for {allowed[0]}"
        notes.blanks.append(Blank(path=("extensions",), words=words))
    default = params.get("output_format", {}).get("default")
    first = [value for value in allowed if value == default]
    return {value: re.sub(r"[^a-z0-9]", "", value.lower()) for value in dict.fromkeys([*first, *allowed])}


def _aspect_sizes(page: Page, params: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the size that an example came out in, for the shape that stands where none is given."""
    shape = params.get("aspect_ratio", {}).get("default", "")
    found = re.fullmatch(r"(\d{1,3}):(\d{1,3})", shape)
    if not found or page.example_size is None or "width" in params or int(found.group(2)) == 0:
        return {}
    is_alike = Fraction(int(found.group(1)), int(found.group(2))) == Fraction(*page.example_size)
    return {shape: list(page.example_size)} if is_alike else {}
