"""Decides what each comment and each blank line is about, from where it stands: what comes next, what it ends, or both.

A comment on a line of its own belongs to what follows, unless it is indented deeper than that: then it ends the part
that it is indented like. Knows nothing of what is written how.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from render.manifest.canonical.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.manifest.canonical.tree import Comment, Entry

#: spaces before a comment behind a value; with more of them it stands below or above others
_USUAL_GAP = 2


class Attacher:
    """Hangs comments and blank lines on the entries of one tree."""

    def __init__(self, text: str, root: Branch) -> None:
        self._text = text
        self._root = root
        self._entries = list(root.every_entry())
        self._begins = [entry.begin for entry in self._entries]

    def attach(self, comments: Sequence[Comment]) -> None:
        """Hang all comments, in the order of the text, and the blank lines above them and above entries."""
        for comment in comments:
            self._mark_branches(comment.begin)
            line = self._line_begin(comment.begin)
            if self._text[line : comment.begin].strip():
                self._beside(comment)
            else:
                place = self._place_of(comment.begin, comment.begin - line)
                place += ["", comment.text] if self._follows_blank(line) else [comment.text]
        for entry in self._entries:
            line = self._line_begin(entry.begin)
            if not self._text[line : entry.begin].strip() and self._follows_blank(line):
                entry.above.append("")

    def _beside(self, comment: Comment) -> None:
        entry = self._before(comment.begin)
        if entry is None:
            self._entries[0].above.append(comment.text)
            return
        while entry.holder.is_flow and entry.holder.end <= comment.begin and entry.holder.owner is not None:
            entry = entry.holder.owner
        if entry.beside is not None:
            entry.above.append(comment.text)
        else:
            line = self._text[self._line_begin(comment.begin) : comment.begin]
            is_aligned = len(line) - len(line.rstrip()) > _USUAL_GAP
            entry.beside = (comment.text, len(line) if is_aligned else 0)

    def _place_of(self, begin: int, column: int) -> list[str]:
        """Return the lines that a comment on a line of its own joins."""
        before, following = self._before(begin), self._after(begin)
        if following is not None and (before is None or _is_within(following, before)):
            return following.above
        for branch in _branches_up(before, self._root):
            if following is not None and following.holder is branch:
                return following.above
            if branch.begin <= begin < branch.end if branch.is_flow else _reach(branch) <= column:
                # empty brackets have no room for it
                return branch.below if branch.entries or before is None else before.above
        return following.above if following is not None else self._root.below

    def _mark_branches(self, begin: int) -> None:
        """Note in which brackets a comment stands."""
        for branch in _branches_up(self._before(begin), self._root):
            branch.has_comments = branch.has_comments or branch.begin <= begin < branch.end

    def _before(self, begin: int) -> Entry | None:
        at = bisect_right(self._begins, begin)
        return self._entries[at - 1] if at else None

    def _after(self, begin: int) -> Entry | None:
        at = bisect_left(self._begins, begin)
        return self._entries[at] if at < len(self._entries) else None

    def _line_begin(self, begin: int) -> int:
        return self._text.rfind("\n", 0, begin) + 1

    def _follows_blank(self, line: int) -> bool:
        return line > 0 and not self._text[self._line_begin(line - 1) : line - 1].strip()


def _is_within(entry: Entry, other: Entry) -> bool:
    return isinstance(other.value, Branch) and entry.holder is other.value


def _branches_up(entry: Entry | None, root: Branch) -> Iterator[Branch]:
    """Return the branches that are open behind an entry, the innermost first."""
    if entry is None:
        yield root
        return
    if isinstance(entry.value, Branch):
        yield entry.value
    branch: Branch | None = entry.holder
    while branch is not None:
        yield branch
        branch = branch.owner.holder if branch.owner is not None else None


def _reach(branch: Branch) -> int:
    """Return the column from which on a comment is about a branch; a list may stand right below its key's column."""
    is_flush = branch.owner is not None and branch.owner.column == branch.column
    return branch.column + 1 if is_flush else branch.column
