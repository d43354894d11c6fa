"""Owns the log file: one JSON line an event, beside the rendered files, with secrets redacted as the last step.

Redaction works on the finished line, so that a key or a signed link is caught wherever it came from.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import structlog

from render.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from render.events import Event
    from render.settings import Secret

#: what may stand in a URL or a token inside a JSON text: no blank, and no quote, escaped or not
_REST = r"(?:[^\s\"\\]|\\[^\"nrt])"
#: the query of a URL may be a signature, and its userinfo a password
_QUERY = re.compile(rf"(?i)(https?://[^\s\"?#\\]+)[?#]{_REST}*")
_USERINFO = re.compile(r"(?i)(https?://)[^\s\"/?#\\]*@")
_BEARER = re.compile(rf"(?i)(bearer\s+){_REST}+")
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
        path.touch(mode=0o600)
        file = path.open("ab", buffering=0)
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror}") from error
    with file:
        logger = structlog.wrap_logger(
            _Lines(file),
            wrapper_class=structlog.BoundLogger,
            processors=[
                _stamp(now),
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                _redactor([form for secret in secrets for form in _forms(secret.reveal())]),
            ],
        ).bind(run_id=run_id)
        yield Log(logger.info)


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


def _forms(secret: str) -> set[str]:
    """As it is, and as JSON spells it."""
    return {secret, json.dumps(secret, ensure_ascii=False)[1:-1]}


def _redactor(secrets: list[str]) -> Any:
    def redact_line(_logger: Any, _method: str, line: str) -> str:
        return redact(line, secrets)

    return redact_line


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of `secrets`, without queries and userinfo of URLs, and without bearer tokens."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return _BEARER.sub(r"\1…", _USERINFO.sub(r"\1…@", _QUERY.sub(r"\1?…", text)))
