"""Prints: data to stdout, talk to stderr. Whether there is colour is decided in `settings`, not by click.

A reader that has gone, or was never there, changes nothing about how a command ends: whoever had enough of the output
closes it, and paid work goes on. A full disk is told, because then what was asked for is not there. Whatever is in a
text, of the characters that steer a terminal only our own colours and line ends leave here.
"""

from __future__ import annotations

import codecs
import errno
import json
import os
import stat
import sys

import click

from render.disclosure import lines
from render.display import display
from render.errors import SettingsError


def data(text: str) -> None:
    """Print to stdout what the command was asked for.

    Raises:
        SettingsError: it cannot be written.
    """
    try:
        _echo(text, stream="stdout")
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        has_gone = _has_gone(error)
        # what is left in the buffer has to go somewhere when the process ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if not has_gone:
            raise SettingsError(f"cannot write to stdout: {error.strerror}") from error


def document(shape: object) -> None:
    """Print one JSON document to stdout: in UTF-8 whatever stdout speaks, for it is read as that.

    Raises:
        SettingsError: it cannot be written.
    """
    data(json.dumps(shape, ensure_ascii=_encoding("stdout") != "utf-8", indent=2))


def _echo(text: str, *, stream: str) -> None:
    has_colour, encoding = display(stream).has_colour, _encoding(stream)
    harmless = lines(text, has_colour=has_colour)
    if encoding != "utf-8":
        harmless = harmless.encode(encoding, "backslashreplace").decode(encoding)
    click.echo(harmless, nl=not text.endswith("\n"), err=stream == "stderr", color=has_colour)


def _encoding(stream: str) -> str:
    told = getattr(sys.stdout if stream == "stdout" else sys.stderr, "encoding", None)
    return codecs.lookup(told or "utf-8").name


def _has_gone(error: OSError) -> bool:
    """Whether nobody reads stdout any more: a pipe without a reader, or a terminal that was closed."""
    return isinstance(error, BrokenPipeError) or (error.errno == errno.EIO and stat.S_ISCHR(os.fstat(1).st_mode))


def talk(text: str) -> None:
    """Print to stderr what a person should know beside it; nothing where there is nothing to say, or nobody to hear."""
    if not text:
        return
    try:
        _echo(text, stream="stderr")
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
