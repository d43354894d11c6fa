"""Reads shell text as commands of words, and knows for every character of a word where it was written.

Only what quotes, backslashes and line ends mean; nothing is run, no variable filled in, no file opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: what ends a command or joins two of them
_ENDS = frozenset(";&|\n()")
_SPACE = frozenset(" \t\r")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}
_CODED = re.compile(r"x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})")
#: what makes a `$` before it more than a dollar
_FILLED = re.compile(r"[A-Za-z0-9_{(@*#?!$-]")


class NotShellError(Exception):
    """A quote that opens at `at` is not closed."""

    def __init__(self, at: int) -> None:
        super().__init__("the quote that opens here is not closed")
        self.at = at


@dataclass(kw_only=True, slots=True)
class Word:
    """One word as the shell would hand it over."""

    at: int
    letters: list[str] = field(default_factory=list)
    #: where each letter was written
    places: list[int] = field(default_factory=list)
    #: where the shell would put something else: a variable, or what a command prints; None where nowhere
    filled_at: int | None = None

    @property
    def text(self) -> str:
        """The whole word."""
        return "".join(self.letters)

    def rest(self, begin: int) -> Word:
        """Return the word from one of its letters on."""
        at = self.places[begin] if begin < len(self.places) else self.at
        return Word(at=at, letters=self.letters[begin:], places=self.places[begin:], filled_at=self.filled_at)


def commands(text: str) -> list[list[Word]]:
    """Return the words of every command of a script, in order.

    Raises:
        NotShellError: a quote is not closed.
    """
    return _Lexer(text).commands()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._word: Word | None = None
        self._words: list[Word] = []
        self._commands: list[list[Word]] = []

    def commands(self) -> list[list[Word]]:
        while self._at < len(self._text):
            self._step(self._text[self._at])
        self._end_command()
        return self._commands

    def _step(self, letter: str) -> None:
        if letter == "\\":
            self._escaped()
        elif letter == "'":
            self._single(self._at + 1)
        elif letter == '"':
            self._double()
        elif letter == "$" and self._text[self._at + 1 : self._at + 2] == "'":
            self._coded()
        elif letter == "#" and self._word is None:
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
        elif letter in _SPACE or letter in _ENDS:
            self._end_command() if letter in _ENDS else self._end_word()
            self._at += 1
        else:
            self._fill(letter)
            self._take(letter, self._at)
            self._at += 1

    def _escaped(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        is_line_end = self._text[self._at + 1 : self._at + 3] == "\r\n" or following == "\n"
        if not is_line_end and following:
            self._take(following, self._at + 1)
        self._at += 3 if is_line_end and following == "\r" else 2

    def _single(self, begin: int) -> None:
        end = self._text.find("'", begin)
        if end < 0:
            raise NotShellError(self._at)
        self._open()
        for at in range(begin, end):
            self._take(self._text[at], at)
        self._at = end + 1

    def _double(self) -> None:
        opened = self._at
        self._open()
        self._at += 1
        while (letter := self._letter(opened)) != '"':
            if letter == "\\" and self._text[self._at + 1 : self._at + 2] in set('"\\$`\n'):
                self._at += 1
                letter = self._letter(opened)
                if letter != "\n":
                    self._take(letter, self._at)
            else:
                self._fill(letter)
                self._take(letter, self._at)
            self._at += 1
        self._at += 1

    def _coded(self) -> None:
        """Read `$'…'`, in which a backslash stands for what it does in C."""
        opened = self._at
        self._open()
        self._at += 2
        while (letter := self._letter(opened)) != "'":
            if letter == "\\":
                self._code(opened)
            else:
                self._take(letter, self._at)
                self._at += 1
        self._at += 1

    def _code(self, opened: int) -> None:
        begin, self._at = self._at, self._at + 1
        coded = _CODED.match(self._text, self._at)
        if coded is not None:
            digits = coded.group(coded.lastindex or 0)
            self._take(chr(min(int(digits, 8 if coded.lastindex == 4 else 16), 0x10FFFF)), begin)
            self._at = coded.end()
        else:
            letter = self._letter(opened)
            self._take(_ESCAPES.get(letter, letter), begin)
            self._at += 1

    def _letter(self, opened: int) -> str:
        if self._at >= len(self._text):
            raise NotShellError(opened)
        return self._text[self._at]

    def _open(self) -> Word:
        if self._word is None:
            self._word = Word(at=self._at)
        return self._word

    def _take(self, letter: str, at: int) -> None:
        word = self._open()
        word.letters.append(letter)
        word.places.append(at)

    def _fill(self, letter: str) -> None:
        """Note where the shell would put in something else."""
        if letter == "`" or (letter == "$" and _FILLED.match(self._text, self._at + 1)):
            word = self._open()
            word.filled_at = self._at if word.filled_at is None else word.filled_at

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append(self._word)
        self._word = None

    def _end_command(self) -> None:
        self._end_word()
        if self._words:
            self._commands.append(self._words)
        self._words = []
