"""Owns the log file: one JSON line an event, beside the rendered files, with secrets redacted as the last step.

Redaction works on the finished line, so that a key or a signed link is caught wherever it came from; and whoever has
the file shown by a terminal is not steered by what a provider said.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import structlog

from render.disclosure import lines, redact
from render.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from render.events import Event
    from render.settings import Secret

_NAMES = re.compile(r"(?<!^)(?=[A-Z])")


class Log:
    """Writes events; a full disk stops the log, never the run."""

    def __init__(self, write: Callable[..., None]) -> None:
        self._write = write

    def __call__(self, event: Event) -> None:
        """Write one event as `attempt.submitted` with its fields beside it."""
        self._write(event_name(event), **asdict(event))


def event_name(event: Event) -> str:
    """Return the dotted name of an event's class: AttemptSubmitted -> `attempt.submitted`."""
    return _NAMES.sub(".", type(event).__name__).lower()


@contextmanager
def open_log(path: Path, *, run_id: str, secrets: Iterable[Secret], now: Callable[[], datetime]) -> Iterator[Log]:
    """Append to the log file at `path`, readable by its owner alone.

    Raises:
        SettingsError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _opened(path)
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror}") from error
    with file:
        logger = structlog.wrap_logger(
            _Lines(file),
            wrapper_class=structlog.BoundLogger,
            processors=[
                _stamp(now),
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                _redactor([secret.reveal() for secret in secrets]),
            ],
        ).bind(run_id=run_id)
        yield Log(logger.info)


def _opened(path: Path) -> BinaryIO:
    """Open the file for appending; a link that somebody planted under its name is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab", buffering=0)


class _Lines:
    """The logger at the end of the chain; a line that was cut by a full disk does not spoil the next one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_cut = False

    def info(self, line: str) -> None:
        data = (("\n" if self._is_cut else "") + line + "\n").encode(errors="backslashreplace")
        # the record in state.db is what counts; paid work must not fail for a log line
        with suppress(OSError):
            self._is_cut = self._file.write(data) < len(data)


def _stamp(now: Callable[[], datetime]) -> Any:
    def stamp(_logger: Any, _method: str, fields: dict[str, Any]) -> dict[str, Any]:
        return {"at": now().isoformat(timespec="milliseconds"), **fields}

    return stamp


def _redactor(secrets: list[str]) -> Any:
    def redact_line(_logger: Any, _method: str, line: str) -> str:
        return lines(redact(line, secrets))

    return redact_line
