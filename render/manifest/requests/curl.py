"""Finds what curl commands would send: the data of each, and whether a key went along. Opens no file that one names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from render.manifest.requests.shell import commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.manifest.requests.shell import Word

_DATA = {"--data", "--data-raw", "--data-ascii", "--data-binary", "--json", "-d"}
#: `@` is a letter like any other there
_RAW = "--data-raw"
_NOT_JSON = {"--data-urlencode", "--form", "--form-string", "-F", "--upload-file", "-T", "--config", "-K"}
_HEADER = {"--header", "-H"}
_USER = {"--user", "-u", "--oauth2-bearer", "--cookie", "-b"}
#: short options with a value, which may stand right behind them
_SHORT_WITH_VALUE = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_HEADER_OF_A_KEY = re.compile(r"(?i)\s*(authorization|proxy-authorization|cookie|[a-z-]*(?:key|token|secret))\s*:")


class NotCarriedError(Exception):
    """A curl command holds what cannot be carried over, at `at`."""

    def __init__(self, message: str, at: int, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What one command would send; `data` is None where that is nothing."""

    at: int
    data: Word | None
    has_key: bool


def sent_by(text: str) -> Iterator[Sent | NotCarriedError]:
    """Yield what each curl command in a script would send, in order, or why it cannot be said.

    Raises:
        NotShellError: a quote is not closed.
    """
    for words in commands(text):
        at = next((at for at, word in enumerate(words) if PurePath(word.text).stem == "curl"), None)
        if at is not None:
            try:
                yield _sent(words[at], words[at + 1 :])
            except NotCarriedError as error:
                yield error


def _sent(curl: Word, words: Sequence[Word]) -> Sent:
    found: list[Word] = []
    has_key = False
    for option, value in _options(words):
        name = option.text[:2] if not option.text.startswith("--") else option.text
        if name in _NOT_JSON:
            raise NotCarriedError(f"`{name}` sends no JSON of this command", option.at, "give the data with --json")
        if name in _DATA and value is not None:
            found.append(_data(name, value))
        has_key = has_key or name in _USER or (name in _HEADER and _is_key(value))
    if len(found) > 1:
        hint = "give it in one piece, behind one --json"
        raise NotCarriedError("the data of this command stands in several pieces", found[1].at, hint)
    return Sent(at=curl.at, data=found[0] if found else None, has_key=has_key)


def _is_key(value: Word | None) -> bool:
    return value is not None and _HEADER_OF_A_KEY.match(value.text) is not None


def _data(name: str, value: Word) -> Word:
    if name != _RAW and value.text.startswith("@"):
        where = "stdin" if value.text == "@-" else "a file"
        hint = "render import takes the file itself: name it, or - for stdin"
        raise NotCarriedError(f"the data of this command stands in {where}, which is not opened", value.at, hint)
    if value.filled_at is not None:
        hint = "write the value out, or put the data in single quotes"
        raise NotCarriedError("the shell would fill something in here that nobody knows", value.filled_at, hint)
    return value


def _options(words: Sequence[Word]) -> Iterator[tuple[Word, Word | None]]:
    """Yield every option by its name, with the value that it is given; one that takes none may get the next word."""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else None
        text = word.text
        if text.startswith("--"):
            name, is_joined, _ = text.partition("=")
            named = word.rest(0) if not is_joined else _cut(word, len(name))
            yield named, word.rest(len(name) + 1) if is_joined else following
        elif text.startswith("-"):
            taker = next((each for each in range(1, len(text)) if text[each] in _SHORT_WITH_VALUE), None)
            if taker is not None:
                has_rest = taker + 1 < len(text)
                yield _short(word, text[taker]), word.rest(taker + 1) if has_rest else following


def _cut(word: Word, end: int) -> Word:
    made = word.rest(0)
    made.letters, made.places = made.letters[:end], made.places[:end]
    return made


def _short(word: Word, letter: str) -> Word:
    made = _cut(word, 2)
    made.letters = ["-", letter]
    return made
