"""One host of an API as every lane on it sees it: when it may be asked, how often again, and with what.

A Retry-After holds it for everybody. Repeats of calls live on a budget, so that many tasks in trouble do not become
many requests. After `BREAKS_AT` failures in a row it counts as broken: then nothing is sent but one free question at a
time, ever more seldom, until one is answered. Has no clock and waits for nothing; every moment is given to it.
"""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from render.errors import CertificateError, OutcomeUnknownError, ProviderError, ReadFailedError, TransientError

BREAKS_AT = 10
_USUAL_PORTS = {"http": 80, "https": 443}
#: so many refused certificates in a row are no accident
_BAD_CERTIFICATES = 2
_LONGEST_HOLD_S = 3600.0
_FIRST_PROBE_S = 5.0
_SLOWEST_PROBE_S = 60.0
#: how long a broken host is waited for that has never answered in this run, and one that has
_PATIENCE_WITH_A_STRANGER_S, _PATIENCE_S = 120.0, 900.0

_REPEATS_PER_S = 5 / 60
_REPEATS_PER_REQUEST = 0.1
_MOST_REPEATS = 20.0
_FIRST_REPEATS = 10.0


def host_of(base_url: str) -> str:
    """Return what makes two base URLs the same host: scheme, name and port."""
    parts = urlsplit(base_url)
    port = parts.port or _USUAL_PORTS.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def shown_host_of(base_url: str) -> str:
    """Return the host of a base URL as errors name it: with its port where that is not the usual one."""
    parts = urlsplit(base_url)
    is_usual = parts.port in {None, _USUAL_PORTS.get(parts.scheme)}
    return f"{parts.hostname}" if is_usual else f"{parts.hostname}:{parts.port}"


class Host:
    """What a run knows about one host. Moments are monotonic seconds."""

    def __init__(self) -> None:
        self._held_until = -math.inf
        self._failures = 0
        self._has_answered = False
        self._broken_since: float | None = None
        self._next_probe = 0.0
        self._probe_wait_s = _FIRST_PROBE_S
        self._bad_certificates = 0
        self._repeats = _FIRST_REPEATS
        self._counted_at: float | None = None

    @property
    def is_broken(self) -> bool:
        """Whether nothing but a probe may be sent."""
        return self._broken_since is not None

    @property
    def has_bad_certificate(self) -> bool:
        """Whether it failed to prove who it is more than once in a row."""
        return self._bad_certificates >= _BAD_CERTIFICATES

    def hold(self, seconds: float | None, *, now: float) -> None:
        """Honour a Retry-After, for an hour at most; a shorter one never ends a longer one."""
        if seconds is not None and seconds > 0:
            self._held_until = max(self._held_until, now + min(seconds, _LONGEST_HOLD_S))

    def hold_left_s(self, now: float) -> float:
        """Say for how many seconds more it asked to be left alone."""
        return max(self._held_until - now, 0.0)

    def note_request(self, now: float) -> None:
        """Count a request, which earns a share of a repeat."""
        self._count_repeats(now)
        self._repeats = min(self._repeats + _REPEATS_PER_REQUEST, _MOST_REPEATS)

    def note_answer(self) -> None:
        """Note an answer that could be read, whatever it said."""
        self._has_answered = True
        self._failures = self._bad_certificates = 0
        self._broken_since = None

    def note_error(self, error: ProviderError, *, now: float) -> None:
        """Note how a call failed: a refusal in the provider's own words is an answer, a silent host is not."""
        if _is_silence(error):
            self._note_failure(error, now=now)
        elif _is_answer(error):
            self.note_answer()

    def _note_failure(self, error: ProviderError, *, now: float) -> None:
        is_certificate = isinstance(error, CertificateError)
        self._bad_certificates = self._bad_certificates + 1 if is_certificate else 0
        self._failures += 1
        if self._broken_since is None and self._failures >= BREAKS_AT:
            self._broken_since, self._probe_wait_s = now, _FIRST_PROBE_S
            self._next_probe = now + _FIRST_PROBE_S

    def take_probe(self, now: float) -> bool:
        """Say whether a free question may be sent to a broken host now; if so, the next one must wait longer."""
        if now < self._next_probe:
            return False
        self._probe_wait_s = min(2 * self._probe_wait_s, _SLOWEST_PROBE_S)
        self._next_probe = now + self._probe_wait_s
        return True

    def probe_in_s(self, now: float) -> float:
        """Say in how many seconds a broken host may be asked the next free question."""
        return max(self._next_probe - now, 0.0)

    def is_hopeless(self, now: float) -> bool:
        """Say whether it has been broken for longer than a purchase waits for it."""
        patience_s = _PATIENCE_S if self._has_answered else _PATIENCE_WITH_A_STRANGER_S
        return self._broken_since is not None and now - self._broken_since > patience_s

    def repeat_in_s(self, now: float) -> float:
        """Take one repeat from the budget and return 0; where it is empty, say in how many seconds to ask again."""
        self._count_repeats(now)
        if self._repeats >= 1:
            self._repeats -= 1
            return 0.0
        return (1 - self._repeats) / _REPEATS_PER_S

    def _count_repeats(self, now: float) -> None:
        passed_s = 0.0 if self._counted_at is None else max(now - self._counted_at, 0.0)
        self._counted_at = now
        self._repeats = min(self._repeats + passed_s * _REPEATS_PER_S, _MOST_REPEATS)


def _is_silence(error: ProviderError) -> bool:
    status = error.http_status
    match error:
        case TransientError():
            return status is None
        case OutcomeUnknownError() | ReadFailedError():
            return status is None or status >= 500
        case _:
            return False


def _is_answer(error: ProviderError) -> bool:
    # An unreadable page below 500 is neither: whoever stands between us and the host may have written it.
    return not isinstance(error, OutcomeUnknownError | ReadFailedError)
