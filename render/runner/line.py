"""A lane's line to its host: sends its calls, and keeps to what the host asked for and what its record allows.

Everything that a lane sends goes through here, so that the host's holds, its breaker, its budget of repeats and the
lane's width learn from every answer. Knows calls and answers, and nothing of tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from render.errors import AccountError, CertificateError, ProviderError, UnreachableError
from render.lanes import key_variable
from render.runner.host import Host, host_of, shown_host_of
from render.runner.width import FULL, Width

if TYPE_CHECKING:
    from collections.abc import Callable

    from render.providers.protocol import Call, Reply
    from render.runner.lane import LaneTerms, Shared

_T = TypeVar("_T")
#: the longest single wait, in seconds, so that a wait ends soon after its reason
LONGEST_WAIT_S = 30.0


class Line:
    """One lane's calls to its host, which it may share with other lanes."""

    def __init__(self, terms: LaneTerms, shared: Shared) -> None:
        self.terms = terms
        self.shared = shared
        self.host = shared.hosts.setdefault(host_of(terms.settings.base_url), Host())
        self.width = Width(terms.concurrency)
        self._host_name = shown_host_of(terms.settings.base_url)

    def is_welcome(self, now: float) -> bool:
        """Say whether the host may be asked at once, and more than one thing."""
        return not self.host.hold_left_s(now) and not self.host.is_broken

    async def wait_to_ask(self) -> bool:
        """Wait until a free question may be sent to the host; return whether the run was stopped meanwhile."""
        stop, surroundings = self.shared.stop, self.shared.surroundings
        # The moment may be put off while it is waited for.
        while not stop.is_set():
            now = surroundings.monotonic()
            wait_s = self.host.hold_left_s(now)
            if not wait_s and self.host.is_broken and not self.host.take_probe(now):
                wait_s = self.host.probe_in_s(now)
            if not wait_s:
                break
            await surroundings.pause(stop, min(wait_s, LONGEST_WAIT_S))
        return stop.is_set()

    async def afford_repeat(self) -> None:
        """Wait until the host's budget allows one more repeat, or the run is stopped."""
        stop, surroundings = self.shared.stop, self.shared.surroundings
        while not stop.is_set() and (wait_s := self.host.repeat_in_s(surroundings.monotonic())):
            await surroundings.pause(stop, wait_s)

    async def consult(self, call: Call, read: Callable[[Reply], _T]) -> _T:
        """Send one call, read its answer, and let the host's record learn from both.

        Raises:
            ProviderError: as `Wire.send` and as `read`; an AccountError where the host's certificate stays invalid.
        """
        surroundings = self.shared.surroundings
        self.host.note_request(surroundings.monotonic())
        try:
            answer = read(await self.ask(call))
        except ProviderError as error:
            self._heed(error)
            if isinstance(error, CertificateError) and self.host.has_bad_certificate:
                raise AccountError(error.message, is_credit=False) from error
            raise
        self.host.note_answer()
        self.shared.unreached.reached(self._host_name)
        return answer

    def _heed(self, error: ProviderError) -> None:
        now = self.shared.surroundings.monotonic()
        if isinstance(error, UnreachableError):
            self.shared.unreached.heed(error, self.shared.emit)
        else:
            self.shared.unreached.reached(self._host_name)
        self.host.note_error(error, now=now)
        self.host.hold(getattr(error, "retry_after_s", None), now=now)
        if error.http_status in FULL:
            self.width.narrow(now)

    async def ask(self, call: Call) -> Reply:
        """Send one call to this provider.

        Raises:
            ProviderError: as `Wire.send`, or an AccountError where there is no key.
        """
        if self.terms.key is None:
            raise AccountError(f"{key_variable(self.terms.name)} is not set", is_credit=False)
        return await self.shared.wire.send(call, base_url=self.terms.settings.base_url, key=self.terms.key)
