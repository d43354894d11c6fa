"""Makes the parameters of a spec of a page's rows: nested as a request is, named and worded as the catalog does.

What the runner fills in is kept apart. Knows the shape of a spec's `params`; what a single value may be is `facts`'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from render.catalog.names import RUNNER_OWNED, VOCABULARY
from render.catalog.pages.examples import example_of
from render.catalog.pages.facts import Blank, Notes, item_of, kind_of, media_of, value_facts
from render.catalog.pages.known import PLATFORM_WIDE, Known, row_of, snake
from render.catalog.pages.page import unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.catalog.pages.page import Page, Row
    from render.catalog.spec import Param

    WirePath = tuple[str, ...]
    SpecPath = tuple[str, ...]

MODEL = ("model",)
_CONTAINERS = {"object", "list"}
_LIMITS = {"min", "max", "allowed", "step"}
#: keys of a shot that are not a parameter's; one that is spelled like them gets a name beside it
_TAKEN = {"id", "vars", "title", "notes", "tags", "enabled", "preset", "takes", "output", "matrix", "zip"}
_MENTIONED = re.compile(r"specify ((?:\w+, )+)and other parameters")
_ORDER = (
    *("wire", "type", "media", "media_types", "required", "open", "delivery", "unit", "format"),
    *("min", "max", "step", "excluded", "min_length", "max_length", "min_items", "max_items"),
    *("default", "allowed", "usual", "about", "source", "fields"),
)
_LAST = ("output_format", "output_quality", "safety", "ttl", "upload_endpoint", "webhook_url")
_FIRST = VOCABULARY[: VOCABULARY.index("cfg_scale") + 1]
_UNITS = (("in pixels", "px"), ("in seconds", "s"))


@dataclass(kw_only=True, slots=True)
class _Node:
    """A step of a path, with or without a row of its own."""

    row: Row | None = None
    below: dict[str, _Node] = field(default_factory=dict)


class Params:
    """The parameters of one page, as a spec has them."""

    def __init__(self, page: Page, known: Known, notes: Notes) -> None:
        self._page, self._known, self._notes = page, known, notes
        #: where each of them stands in the spec, by its path of the provider's names
        self.paths: dict[WirePath, SpecPath] = {}
        rows = {row.path: row for row in reversed(page.rows)}
        again = [row for row in page.rows if rows[row.path] is not row]
        notes.unread += [unread(row.line, f"{row.dotted}, which stands there twice") for row in again]
        self._tree = _tree(row for row in page.rows if rows[row.path] is row and row.path != MODEL)

    def taken(self) -> dict[str, Any]:
        """Return what a manifest may say."""
        made: dict[str, Any] = {}
        for wire, node in self._tree.items():
            if wire not in RUNNER_OWNED:
                name = _free(self._name((wire,)), made)
                made[name] = self._param((wire,), node, name, ("params",))
        made.update(self._mentioned(made))
        return {name: made[name] for name in sorted(made, key=_place)}

    def owned(self) -> dict[str, Any]:
        """Return what the runner fills in."""
        rows = ((wire, node.row) for wire, node in self._tree.items() if wire in RUNNER_OWNED and node.row)
        return {snake(wire): self._owned(wire, row) for wire, row in rows}

    def _owned(self, wire: str, row: Row) -> dict[str, Any]:
        kind = kind_of(row) or "string"
        made: dict[str, Any] = {"wire": wire, "type": kind, "required": row.is_required or None}
        made |= value_facts(row, kind, ("owned", snake(wire)), self._notes)
        if "value" in row.facts:
            made["allowed"] = [row.facts["value"]]
        return _in_order(made)

    def _name(self, path: WirePath) -> str:
        name = self._known.name(path)
        return f"{name}_parameter" if len(path) == 1 and name in _TAKEN else name

    def _param(self, path: WirePath, node: _Node, name: str, above: SpecPath) -> dict[str, Any]:
        """Return the row of one parameter, and of what is below it."""
        here = self.paths[path] = (*above, name)
        wire, row, param = path[-1], node.row, self._known.param(path)
        kind = "object" if row is None else kind_of(row)
        if row is not None and not kind:
            self._notes.unread.append(unread(row.line, f"{row.dotted}: the type {row.kind}"))
            kind = "object" if node.below else "string"
        made: dict[str, Any] = {"wire": wire if wire != name else None, "type": kind}
        if row is not None:
            made |= self._facts(row, kind, here, node)
        if kind in _CONTAINERS:
            made |= self._contents(path, node, made, here)
        elif node.below:
            self._notes.unread.append(unread(row.line if row else 0, f"what stands below {'.'.join(path)}"))
        return self._worded(made, path, param)

    def _wire(self, path: WirePath, node: _Node) -> str:
        """Return the provider's spelling; a request that a page shows knows it better than its text."""
        shown = self._shown(path[:-1])
        slips = [key for key in shown if key != path[-1] and f"{key}s" == path[-1]]
        if path[-1] in shown or not slips or node.row is None:
            return path[-1]
        words = f"whether it is {slips[0]}, as in its example, or {path[-1]}, as in its text"
        self._notes.blanks.append(Blank(path=(*self.paths[path[:-1]], "fields"), words=words))
        return slips[0]

    def _shown(self, path: WirePath) -> Mapping[str, Any]:
        """Return what stands under a path in an example, in the first item of a list."""
        for example in self._page.examples:
            value: Any = example.request
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
                value = value[0] if isinstance(value, list) and value else value
            if path and isinstance(value, dict):
                return value
        return {}

    def _facts(self, row: Row, kind: str, here: SpecPath, node: _Node) -> dict[str, Any]:
        made = {"required": row.is_required or None, **value_facts(row, kind, here, self._notes)}
        if kind == "string" or (kind == "list" and item_of(row) == "string" and not node.below):
            made |= media_of(row)
        self._fill(row, made, here)
        if kind in {"integer", "number"} and not made.keys() & _LIMITS and self._is_open(row, here):
            self._notes.blanks.append(Blank(path=here, keys=("min", "max"), words="its least and greatest value"))
        return made

    def _is_open(self, row: Row, here: SpecPath) -> bool:
        """Whether nothing bounds a value, and nothing was said of that yet."""
        is_listed = row.path in {("width",), ("height",)} and self._page.sizes
        return not is_listed and not any(blank.path == here for blank in self._notes.blanks)

    def _fill(self, row: Row, made: dict[str, Any], here: SpecPath) -> None:
        """Take values that a page counts and does not name from what holds for every model, if the number is right."""
        param = self._known.elsewhere(row.path) if row.path in PLATFORM_WIDE else None
        if param is not None and row.allowed_count and len(param.allowed) == row.allowed_count != len(row.allowed):
            made["allowed"] = list(param.allowed)
            self._notes.blanks = [blank for blank in self._notes.blanks if blank.path != here]
            words = f"which {row.allowed_count} values are allowed; taken are those of other models"
            self._notes.blanks.append(Blank(path=here, words=words))

    def _contents(self, path: WirePath, node: _Node, made: dict[str, Any], here: SpecPath) -> dict[str, Any]:
        if node.below:
            fields: dict[str, Any] = {}
            below = (*here, "fields")
            for told, inner in node.below.items():
                inner_path = (*path, self._wire((*path, told), inner))
                name = _free(self._name(inner_path), fields)
                fields[name] = self._param(inner_path, inner, name, below)
            return {"fields": fields}
        if made["type"] == "list" and node.row is not None and item_of(node.row) != "object":
            return {} if "media" in made else {"open": True}
        return self._contents_from_elsewhere(path, node, here)

    def _contents_from_elsewhere(self, path: WirePath, node: _Node, here: SpecPath) -> dict[str, Any]:
        param = self._known.elsewhere(path) if path in PLATFORM_WIDE else None
        if param is not None and param.fields:
            self._notes.blanks.append(Blank(path=here, words="what stands in it; taken is what other models say"))
            return {"fields": row_of(param)["fields"]}
        shown = example_of(path[-1], node.row.text) if node.row is not None else {}
        if shown:
            self._notes.blanks.append(Blank(path=here, words="what else may stand in it than in its example"))
            return {"fields": {snake(wire): self._of_example(path, wire, shown[wire]) for wire in shown}}
        self._notes.blanks.append(Blank(path=here, words="what stands in it; everything is let through"))
        return {"open": True}

    def _of_example(self, path: WirePath, wire: str, value: Any) -> dict[str, Any]:
        kinds = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "list"}
        kind, name = kinds.get(type(value), "string"), snake(wire)
        made = {"wire": wire if wire != name else None, "type": kind, "open": kind in _CONTAINERS or None}
        return self._worded(made, (*path, wire), self._known.param((*path, wire)))

    def _mentioned(self, made: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters that the text of others names, and that have no row."""
        found: dict[str, Any] = {}
        for row in self._page.rows:
            for words in _MENTIONED.findall(row.text):
                for wire in words.split(", "):
                    name = self._name((wire,)) if wire else ""
                    if name and name not in made and wire not in RUNNER_OWNED:
                        here = self.paths[wire,] = ("params", name)
                        param = self._known.param((wire,))
                        wired = {"wire": wire if wire != name else None, "type": "string"}
                        found[name] = self._worded(wired, (wire,), param)
                        self._notes.blanks.append(
                            Blank(path=here, words="anything but its name, in the text of others")
                        )
        return found

    def _worded(self, made: dict[str, Any], path: WirePath, param: Param | None) -> dict[str, Any]:
        """Add what is ours to say: the unit, what a value means, whether it is delivery, and a sentence."""
        same = self._known.own(path)
        row = self._page.row(*path)
        if param is not None:
            made["unit"] = param.unit or None
            made["format"] = made.get("format") or param.format or None
            made["delivery"] = param.is_delivery or None
            _mean(made, param)
        elif row is not None:
            made["unit"] = next((unit for words, unit in _UNITS if words in row.text), None)
        if same is not None and same.usual is not None:
            made["usual"] = list(same.usual)
        nested = len(path) > 1 and made["type"] == "string" and made.get("required")
        if nested and param is not None and param.min_length == 1:
            made.setdefault("min_length", 1)
        about = self._known.about(path) or f"Named {'.'.join(path)} on the model's page."
        return _in_order({**made, "about": about})


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name that none of its neighbours has: a provider tells `Mode` from `mode`."""
    return next(each for each in chain([name], (f"{name}_{number}" for number in count(2))) if each not in taken)


def _mean(made: dict[str, Any], param: Param) -> None:
    """Say what each allowed value means, where that is known of all of them."""
    meanings = dict(zip(param.allowed, param.meanings, strict=False))
    allowed = made.get("allowed")
    if isinstance(allowed, list) and meanings and set(allowed) <= meanings.keys():
        made["allowed"] = {value: meanings[value] for value in allowed}


def _tree(rows: Iterable[Row]) -> dict[str, _Node]:
    top = _Node()
    for row in rows:
        node = top
        for step in row.path:
            node = node.below.setdefault(step, _Node())
        node.row = row
    return top.below


def _place(name: str) -> int:
    """Where a parameter stands in a request: what draws the picture first, what happens to the file last."""
    if name in _FIRST:
        return _FIRST.index(name)
    return 1000 + _LAST.index(name) if name in _LAST else 500


def _in_order(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row in the order in which people write one, without what says nothing."""
    said = {key: value for key, value in row.items() if value is not None and value not in ({}, [])}
    return {key: said[key] for key in sorted(said, key=_ORDER.index)}
