"""Reads JSON strictly and keeps where every value stands: the documents of a text, one after the other.

Stricter than Python's own reader, which lets NaN pass and forgets a key that stands twice.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

#: Python's own reader of the text behind a quote: (text, where it begins, whether control characters are refused)
_read_string: Callable[[str, int, bool], tuple[str, int]] = getattr(json.decoder, "scanstring")  # noqa: B009 - unknown to the types
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"true|false|null")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DEPTH = 32
_MAX_DIGITS = 400
_HINT = "write it as JSON, as the API takes it"


class NotJsonError(Exception):
    """The text is no JSON from `at` on."""

    def __init__(self, message: str, at: int, hint: str = _HINT) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Json:
    """One value and where it begins."""

    value: dict[str, Member] | list[Json] | str | int | float | bool | None
    at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One value of an object, and where its key begins."""

    key_at: int
    json: Json


Members: TypeAlias = dict[str, Member]


def plain(json_value: Json) -> Any:
    """Return a value without its places."""
    value = json_value.value
    if isinstance(value, dict):
        return {name: plain(member.json) for name, member in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def documents(text: str) -> list[Json]:
    """Return every document in a text, in order.

    Raises:
        NotJsonError: there is none, or something else.
    """
    reader = _Reader(text)
    found = []
    at = reader.after_space(0)
    while at < len(text):
        document, at = reader.value(at, depth=0)
        found.append(document)
        at = reader.after_space(at)
    if not found:
        raise NotJsonError("there is nothing in it", 0)
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def after_space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def value(self, at: int, *, depth: int) -> tuple[Json, int]:
        """Read the value that begins at `at`, and say where it ends."""
        if depth > _MAX_DEPTH:
            raise NotJsonError(f"nested deeper than {_MAX_DEPTH} levels", at)
        first = self._text[at : at + 1]
        value: Any
        if first == "{":
            value, end = self._members(at, depth)
        elif first == "[":
            value, end = self._items(at, depth)
        elif first == '"':
            value, end = self._string(at)
        elif word := _WORD.match(self._text, at):
            value, end = _WORDS[word.group()], word.end()
        else:
            value, end = self._number(at)
        return Json(value=value, at=at), end

    def _members(self, at: int, depth: int) -> tuple[Members, int]:
        found: Members = {}
        end = self.after_space(at + 1)
        if self._text[end : end + 1] == "}":
            return found, end + 1
        while True:
            key_at = end
            key, end = self._string(key_at)
            if key in found:
                raise NotJsonError(f"`{key}` stands here again", key_at, "leave one of them out")
            end = self.after_space(self._expect(":", self.after_space(end)))
            json_value, end = self.value(end, depth=depth + 1)
            found[key] = Member(key_at=key_at, json=json_value)
            end = self.after_space(end)
            if self._text[end : end + 1] == "}":
                return found, end + 1
            end = self.after_space(self._expect(",", end))

    def _items(self, at: int, depth: int) -> tuple[list[Json], int]:
        found: list[Json] = []
        end = self.after_space(at + 1)
        if self._text[end : end + 1] == "]":
            return found, end + 1
        while True:
            item, end = self.value(end, depth=depth + 1)
            found.append(item)
            end = self.after_space(end)
            if self._text[end : end + 1] == "]":
                return found, end + 1
            end = self.after_space(self._expect(",", end))

    def _string(self, at: int) -> tuple[str, int]:
        if self._text[at : at + 1] != '"':
            raise self._stopped(at, "a text in double quotes belongs here")
        try:
            value, end = _read_string(self._text, at + 1, True)  # noqa: FBT003 - the signature of json
        except json.JSONDecodeError as error:
            raise NotJsonError(
                "this text is not closed, or holds what JSON does not allow in one", error.pos
            ) from error
        if _LONE_SURROGATE.search(value):
            raise NotJsonError("half of a character is written here", at)
        return value, end

    def _number(self, at: int) -> tuple[float, int]:
        found = _NUMBER.match(self._text, at)
        if found is None:
            raise self._stopped(at, "a value belongs here")
        if len(found.group()) > _MAX_DIGITS:
            raise NotJsonError(f"a number of {len(found.group())} digits is not used anywhere", at)
        is_whole = found.group(1) is None and found.group(2) is None
        value = int(found.group()) if is_whole else float(found.group())
        if value in {float("inf"), float("-inf")}:
            raise NotJsonError("this number is too large", at)
        return value, found.end()

    def _expect(self, mark: str, at: int) -> int:
        if self._text[at : at + 1] != mark:
            raise self._stopped(at, f"`{mark}` belongs here")
        return at + 1

    def _stopped(self, at: int, wanted: str) -> NotJsonError:
        found = self._text[at : at + 1]
        return NotJsonError(f"{wanted}, and {f'`{found}`' if found else 'the end'} stands there", at)
