"""Reads YAML text as a tree that knows where everything stands: mappings, lists, and values as they are written.

Values stay text: what they mean is `yaml_scalars`' business. Hostile text never comes here, for the reader of manifests
has accepted it before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what may stand between two values: a comment, an anchor, a mark of the document, or the dash of an item
_BETWEEN = re.compile(
    r"(?P<comment>(?<!\S)#[^\n]*)|&[^\s,\[\]{}]+|^(?:---|\.\.\.)(?=\s|\Z)|^%[^\n]*|(?P<dash>-)(?=\s|\Z)", re.MULTILINE
)


@dataclass(kw_only=True, slots=True)
class Leaf:
    """One value or key that holds no others, as it is written, its anchor included; or an alias."""

    text: str
    #: what it means as text; "" for an alias
    value: str
    #: where its text begins in the whole
    begin: int
    is_alias: bool = False
    #: `|` or `>`
    is_block: bool = False


@dataclass(kw_only=True, slots=True)
class Entry:
    """One item of a list, or one key and its value; and what is said about it."""

    #: where its key or its dash stands
    begin: int
    column: int
    holder: Branch
    #: None for an item of a list
    key: Leaf | None
    value: Node
    #: comments above it, and "" for every blank line among them
    above: list[str] = field(default_factory=list)
    #: the comment behind it, and the column that it keeps, or 0
    beside: tuple[str, int] | None = None

    @property
    def name(self) -> str:
        """The key as text."""
        return self.key.value if self.key is not None else ""


@dataclass(kw_only=True, slots=True)
class Branch:
    """A mapping or a list."""

    is_mapping: bool
    #: written in brackets
    is_flow: bool
    #: `&name `, or ""
    anchor: str
    begin: int
    end: int = 0
    #: nothing in it goes over the end of a line
    is_one_line: bool = False
    owner: Entry | None = None
    entries: list[Entry] = field(default_factory=list)
    #: comments after its last entry
    below: list[str] = field(default_factory=list)
    has_comments: bool = False

    @property
    def column(self) -> int:
        """Where its entries begin."""
        return self.entries[0].column if self.entries else 0

    def every_entry(self) -> Iterator[Entry]:
        """Return all entries at any depth, in the order of the text."""
        for entry in self.entries:
            yield entry
            if isinstance(entry.value, Branch):
                yield from entry.value.every_entry()


Node: TypeAlias = Leaf | Branch


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """One comment, from its `#` to the end of the line."""

    text: str
    begin: int


class TreeReader:
    """Builds the tree of one text from its parse events; `comments` and `has_aliases` are known afterwards."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self._dashes: list[int] = []
        #: how far the text has been looked through for comments and dashes
        self._seen = 0
        self.comments: list[Comment] = []
        self.has_aliases = False

    def read(self) -> Node:
        """Return the root of the one document."""
        try:
            self._next()
            self._next()
            root = self._node(self._next(), None)
        finally:
            self._loader.dispose()
        self._look_through(len(self._text), len(self._text))
        self._place_dashes(root)
        return root

    def _next(self) -> Any:
        return self._loader.get_event()

    def _node(self, event: Any, owner: Entry | None) -> Node:
        if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            return self._leaf(event)
        branch = Branch(
            is_mapping=isinstance(event, yaml.MappingStartEvent),
            is_flow=bool(event.flow_style),
            anchor=f"&{event.anchor} " if event.anchor else "",
            begin=event.start_mark.index,
            owner=owner,
        )
        following = self._next()
        while not isinstance(following, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            branch.entries.append(self._entry(following, branch))
            following = self._next()
        branch.end = following.end_mark.index if following.end_mark else branch.begin
        branch.is_one_line = "\n" not in self._text[branch.begin : branch.end]
        return branch

    def _entry(self, event: Any, holder: Branch) -> Entry:
        begin: int = event.start_mark.index
        key = self._leaf(event) if holder.is_mapping else None
        # the value is set below, once it can name its owner
        entry = Entry(begin=begin, column=event.start_mark.column, holder=holder, key=key, value=_NOTHING)
        entry.value = self._node(self._next() if holder.is_mapping else event, entry)
        return entry

    def _leaf(self, event: Any) -> Leaf:
        begin, end = event.start_mark.index, event.end_mark.index
        self._look_through(begin, end)
        is_alias = isinstance(event, yaml.AliasEvent)
        self.has_aliases = self.has_aliases or is_alias
        return Leaf(
            text=self._text[begin:end],
            value="" if is_alias else str(event.value),
            begin=begin,
            is_alias=is_alias,
            is_block=not is_alias and event.style in {"|", ">"},
        )

    def _look_through(self, until: int, end: int) -> None:
        for found in _BETWEEN.finditer(self._text, self._seen, until):
            if found.group("comment"):
                self.comments.append(Comment(text=found.group().rstrip(), begin=found.start()))
            elif found.group("dash"):
                self._dashes.append(found.start())
        self._seen = end

    def _place_dashes(self, root: Node) -> None:
        """Let every item of a list begin at its dash; both stand in the order of the text."""
        dashes = iter(self._dashes)
        for entry in root.every_entry() if isinstance(root, Branch) else ():
            if entry.key is None and not entry.holder.is_flow:
                entry.begin = next(dashes)
                entry.column = entry.begin - (self._text.rfind("\n", 0, entry.begin) + 1)


_NOTHING = Leaf(text="", value="", begin=0)
