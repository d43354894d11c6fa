"""Reads YAML text from parse events into plain data, and remembers the line and column of every key and value.

Reads events instead of letting a YAML library construct objects: that is four times faster, keeps positions, and
refuses hostile input (depth, alias floods) before anything is built. Only `true`, `false`, `null` and decimal numbers
are special; what other YAML tools would silently turn into something else is refused with the quoted form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from render.wish import Place, Problem
from render.yaml_scalars import read_plain
from render.yaml_syntax import LOOK_THERE, slip_in
from render.yaml_text import MAX_DEPTH, MAX_NODES, deceptive_escape

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ALIAS_NODES = 1_000_000

#: a text with more of them is not read to its end
_MOST_PROBLEMS = 1000
_ESCAPE = "remove it, or put a text that holds `\\` in single quotes: there it stands for itself"
_NO_TAG = "remove it, or put a text that begins with `!` in quotes"
#: where a key and its value stand, packed by `_pack`; a list has no keys
_Marks = dict[Any, tuple[int, int]]
_COLUMN_BITS = 24


def _pack(mark: Any) -> int:
    return int(mark.line) << _COLUMN_BITS | min(int(mark.column), (1 << _COLUMN_BITS) - 1)


def _unpack(packed: int) -> Place:
    return Place(line=(packed >> _COLUMN_BITS) + 1, column=(packed & ((1 << _COLUMN_BITS) - 1)) + 1)


def _tag(event: Any) -> str:
    """Return a tag as it is written."""
    return str(event.tag).replace("tag:yaml.org,2002:", "!!")


class _Stop(Exception):  # noqa: N818 - not an error of the program: it ends the reading of one text
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Reader:
    """Builds data from parse events; one instance a text."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self.problems: list[Problem] = []
        self._marks: dict[int, _Marks] = {}
        #: value, number of values in it, and how deep it is
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._open_anchors: set[str] = set()
        self._nodes = 0
        self._alias_nodes = 0
        self._depth = 0
        self._deepest = 0
        #: values that are in no data; kept, because marks go by identity and an address is soon used again
        self._dropped: list[Any] = []
        #: the one document's data; None where there is at least one problem why not
        self.data = self._read()

    def place(self, path: Sequence[str | int], *, of_key: bool = False) -> Place:
        """Find where the value at `path` stands, or its key; what is not in the text answers with what holds it."""
        node, mark = self.data, self._marks.get(0, {}).get(0, (0, 0))
        for step in path:
            found = self._marks.get(id(node), {}).get(step)
            if found is None:
                return _unpack(mark[1])
            node, mark = node[step], found
        return _unpack(mark[0] if of_key else mark[1])

    def _read(self) -> Any:
        try:
            return self._read_document()
        except _Stop as stop:
            self.problems.append(stop.problem)
        except yaml.MarkedYAMLError as exc:
            self.problems.append(self._syntax_problem(exc))
        except yaml.YAMLError as exc:
            message = str(exc).splitlines()[0]
            self.problems.append(
                Problem(file=self._file, line=1, column=1, rule="yaml-syntax", message=message, hint=LOOK_THERE)
            )
        return None

    def _read_document(self) -> Any:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(self._text)
        try:
            self._next = loader.get_event
            self._next()
            event = self._next()
            if isinstance(event, yaml.StreamEndEvent):
                raise self._stop(event, "empty-file", "this file holds nothing", "start it with `version: 1`")
            self._marks[0] = {0: (0, 0)}
            first = self._next()
            data = self._node(first)
            self._marks[0] = {0: (_pack(first.start_mark), _pack(first.start_mark))}
            self._next()
            after = self._next()
            if not isinstance(after, yaml.StreamEndEvent):
                raise self._stop(after, "one-document", "a second document starts here", "use one file a document")
            return data
        finally:
            loader.dispose()

    def _node(self, event: Any) -> Any:
        if self._nodes > MAX_NODES:
            raise self._stop(event, "yaml-size", f"more than {MAX_NODES:,} values in one file", "split the project")
        if isinstance(event, yaml.ScalarEvent):
            self._nodes += 1
            value = self._scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = (value, 1, 0)
            return value
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        return self._container(event)

    def _container(self, event: Any) -> Any:
        if event.tag:
            self._problem(event, "yaml-tag", f"the tag `{_tag(event)}` is not used here", _NO_TAG)
        self._depth += 1
        self._reach(self._depth, event)
        self._nodes += 1
        before, outer, self._deepest = self._nodes, self._deepest, self._depth
        if event.anchor:
            self._open_anchors.add(event.anchor)
        made = self._mapping() if isinstance(event, yaml.MappingStartEvent) else self._sequence()
        if event.anchor:
            self._open_anchors.discard(event.anchor)
            height = self._deepest - self._depth + 1
            self._anchors[event.anchor] = (made, self._nodes - before + 1, height)
        self._deepest = max(outer, self._deepest)
        self._depth -= 1
        return made

    def _reach(self, depth: int, event: Any) -> None:
        if depth > MAX_DEPTH:
            hint = "is a `]` or `}` missing before this?"
            raise self._stop(event, "yaml-depth", f"nested deeper than {MAX_DEPTH} levels", hint)
        self._deepest = max(self._deepest, depth)

    def _mapping(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        marks: _Marks = {}
        following = self._next
        while True:
            event = following()
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            value_event = following()
            mark = (_pack(event.start_mark), _pack(value_event.start_mark))
            value = self._node(value_event)
            if key in made:
                first = _unpack(marks[key][0]).line
                self._problem(event, "duplicate-key", f"`{key}` stands here again", f"it is already on line {first}")
                self._dropped.append(value)
            elif key is not None:
                made[key] = value
                marks[key] = mark
            else:
                self._dropped.append(value)
        self._marks[id(made)] = marks
        return made

    def _sequence(self) -> list[Any]:
        made: list[Any] = []
        marks: _Marks = {}
        following = self._next
        while True:
            event = following()
            if isinstance(event, yaml.SequenceEndEvent):
                break
            mark = _pack(event.start_mark)
            marks[len(made)] = (mark, mark)
            made.append(self._node(event))
        self._marks[id(made)] = marks
        return made

    def _key(self, event: Any) -> str | None:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._stop(event, "yaml-key", "a key must be a plain word", "give every value a key of its own")
        self._nodes += 1
        self._look_at(event)
        if event.value == "<<" and not event.style:
            self._problem(event, "merge-key", "merge keys (`<<`) are not used here", "use `presets`")
            return None
        if event.anchor:
            self._anchors[event.anchor] = (event.value, 1, 0)
        return str(event.value)

    def _alias(self, event: Any) -> Any:
        if event.anchor in self._open_anchors:
            raise self._stop(event, "yaml-alias", f"`*{event.anchor}` contains itself", "write out what is meant")
        if event.anchor not in self._anchors:
            hint = f"write `&{event.anchor}` before what is meant, or put a text that begins with `*` in quotes"
            raise self._stop(event, "yaml-alias", f"`*{event.anchor}` has no anchor before it", hint)
        value, nodes, height = self._anchors[event.anchor]
        self._reach(self._depth + height, event)
        self._nodes += nodes
        self._alias_nodes += nodes
        if self._alias_nodes > MAX_ALIAS_NODES:
            message = f"aliases add more than {MAX_ALIAS_NODES:,} values"
            raise self._stop(event, "yaml-alias", message, "use `presets`, and aliases for single values")
        return value

    def _look_at(self, event: Any) -> None:
        if event.tag:
            self._problem(event, "yaml-tag", f"the tag `{_tag(event)}` is not used here", _NO_TAG)
        escaped = deceptive_escape(event.value) if event.style == '"' else ""
        if escaped:
            self._problem(event, "character", f"{escaped} is not allowed, written as an escape either", _ESCAPE)

    def _scalar(self, event: Any) -> Any:
        self._look_at(event)
        if event.style or not event.implicit[0]:
            return event.value
        value, trap = read_plain(event.value)
        if trap:
            self._problem(event, "yaml-trap", *trap)
        return value

    def _problem(self, event: Any, rule: str, message: str, hint: str) -> None:
        stop = self._stop(event, rule, message, hint)
        if len(self.problems) >= _MOST_PROBLEMS:
            raise stop
        self.problems.append(stop.problem)

    def _stop(self, event: Any, rule: str, message: str, hint: str) -> _Stop:
        place = _unpack(_pack(event.start_mark))
        return _Stop(
            Problem(file=self._file, line=place.line, column=place.column, rule=rule, message=message, hint=hint)
        )

    def _syntax_problem(self, exc: yaml.MarkedYAMLError) -> Problem:
        message = " ".join(part for part in (exc.problem, exc.context) if part) or "this is not YAML"
        mark = exc.problem_mark or exc.context_mark
        if "quoted scalar" in message and "end of stream" in message:
            mark = exc.context_mark or mark
        slip = slip_in(self._text, message, mark)
        return Problem(
            file=self._file,
            line=slip.place.line,
            column=slip.place.column,
            rule="yaml-syntax",
            message=slip.message,
            hint=slip.hint,
        )
