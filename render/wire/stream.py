"""Opens files on other hosts and reads them piece by piece. Sends no key, for it never has one.

Reads what was sent as it was sent: nothing is decompressed, and a file that ends early or arrives encoded is refused.
Of a file whose beginning is here only the rest is asked for; where the answer is not that rest, the whole is.
Whether the bytes are a film is not judged here.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from render.errors import BytesRefusedError, HeldError, LinkExpiredError, RenderError, TransientError
from render.retry_after import retry_after
from render.wire.addresses import NotPublicError, Way, going
from render.wire.failures import FAILURES, reason_for, unsent
from render.wire.hosts import shown_host
from render.wire.replies import lower_case
from render.wire.resuming import is_rest, mark_of, request_for, source_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from aiohttp.client_reqrep import ClientResponse

    from render.records import Beginning, FileMark
    from render.wire.hosts import HostRule
    from render.wire.proxy import Proxy

_PIECE_BYTES = 1024 * 1024
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
#: a host that sends less has stalled, although bytes trickle
_SLOWEST_BYTES_PER_S = 1024
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}
#: what an answer to a question for the rest may be that does not give it
_NO_REST = frozenset({206, 416})


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One open file."""

    #: of the whole file, as announced; None where the host announced nothing
    expected_bytes: int | None
    #: how many bytes of the file come before the first of `chunks`: all that were begun with, or 0
    start: int
    #: what a later answer must agree with to continue this one; None where that could not be told
    mark: FileMark | None
    #: the host that sends it, where redirects led, as people may see it
    host: str
    #: in order, each at most 1 MiB; to be read once, inside the `async with` that opened the file
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hop:
    """One link on the way to a file, and the host that redirected to it, "" for the first."""

    url: URL
    origin: str

    @property
    def named(self) -> str:
        """The host of the link, and how it was come by."""
        host = shown_host(self.url)
        return f"{host}, to which {self.origin} redirects," if self.origin else host


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSource:
    """The session that files come over, how long it waits, and the clock that dates in headers are read by."""

    session: aiohttp.ClientSession
    patience: aiohttp.ClientTimeout
    proxy: Proxy
    now: Callable[[], datetime]

    @asynccontextmanager
    async def opened(self, url: str, *, allowed: HostRule, begun: Beginning | None = None) -> AsyncIterator[Stream]:
        """Open a file; see `Wire.stream`."""
        source = source_of(allowed.check(url))
        if begun is not None and begun.mark.source != source:
            begun = None
        response = await self._followed(url, allowed, begun)
        if begun is not None and not is_rest(response.status, lower_case(response.headers), begun):
            begun = None
            if response.status in _NO_REST:
                response.close()
                response = await self._followed(url, allowed, None)
        with closing(response):
            yield self._stream(response, source=source, begun=begun)

    def _stream(self, response: ClientResponse, *, source: str, begun: Beginning | None) -> Stream:
        host, chunks = shown_host(response.url), self._chunks(response)
        if begun is not None:
            mark, start = begun.mark, begun.size_bytes
            return Stream(expected_bytes=mark.size_bytes, start=start, mark=mark, host=host, chunks=chunks)
        self._check(response)
        size, headers = response.content_length, lower_case(response.headers)
        return Stream(
            expected_bytes=size,
            start=0,
            mark=mark_of(headers, source=source, size_bytes=size, now=self.now()),
            host=host,
            chunks=chunks,
        )

    async def _followed(self, url: str, allowed: HostRule, begun: Beginning | None) -> ClientResponse:
        """Ask for a file until the answer is no redirect; each hop is judged like the first."""
        headers, origin = {**_HEADERS, **request_for(begun)}, ""
        for _ in range(1 + _MOST_REDIRECTS):
            target = allowed.check(url, origin=origin)
            response = await self._asked(_Hop(url=target, origin=origin), headers, is_own=allowed.is_own(target))
            location = response.headers.get("Location", "")
            if response.status not in _REDIRECTS or not location:
                return response
            response.close()
            url, origin = _joined(target, location), shown_host(target)
        raise HeldError(f"the link to the file redirects more than {_MOST_REDIRECTS} times")

    async def _asked(self, hop: _Hop, headers: dict[str, str], *, is_own: bool) -> ClientResponse:
        url = hop.url
        proxy = None if is_own else self.proxy.for_url(url)
        if proxy is not None:
            await self.proxy.check_target(url, named=hop.named)
        way = Way.OWN if is_own else Way.OUT if proxy is None else Way.PROXY
        try:
            with going(way):
                return await self.session.get(
                    url,
                    headers=headers,
                    proxy=proxy,
                    allow_redirects=False,
                    timeout=self.patience,
                    read_bufsize=_PIECE_BYTES,
                )
        except FAILURES as error:
            trouble = _not_opened(error, hop)
        # Outside the handler: what aiohttp says may hold the signed link.
        raise trouble

    def _check(self, response: ClientResponse) -> None:
        status, host = response.status, shown_host(response.url)
        if 400 <= status < 500 and status not in _LATER:
            raise LinkExpiredError(f"{host} answers {status} for the file", is_gone=status in _GONE)
        if status in _LATER or status >= 500:
            wait_s = retry_after(lower_case(response.headers), self.now())
            raise TransientError(f"{host} answers {status} for the file", http_status=status, retry_after_s=wait_s)
        if not 200 <= status < 300:
            raise HeldError(f"{host} answers {status} for the file")
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if status != 200 or encoding != "identity":
            raise BytesRefusedError(f"{host} sends no plain file: status {status}, encoding {encoding!a}")

    async def _chunks(self, response: ClientResponse) -> AsyncIterator[bytes]:
        host, taken = shown_host(response.url), 0
        pace = _Pace(window_s=self.patience.sock_read or 60.0)
        trouble: RenderError | None = None
        try:
            async for chunk in response.content.iter_chunked(_PIECE_BYTES):
                taken += len(chunk)
                pace.check(len(chunk), host=host)
                yield chunk
        except aiohttp.ClientPayloadError:
            trouble = BytesRefusedError(f"{host}: the file ended early, after {taken} bytes")
        except FAILURES as error:
            trouble = TransientError(f"{host}: {reason_for(error)}, after {taken} bytes of the file")
        if trouble is not None:
            raise trouble


class _Pace:
    """Notices a file that trickles, a window of time after the other."""

    def __init__(self, *, window_s: float) -> None:
        self._window_s = window_s
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self._taken = 0

    def check(self, taken: int, *, host: str) -> None:
        self._taken += taken
        passed_s = self._clock() - self._since
        if passed_s < self._window_s:
            return
        if self._taken < _SLOWEST_BYTES_PER_S * passed_s:
            raise TransientError(f"{host}: the file comes at less than {_SLOWEST_BYTES_PER_S} bytes a second")
        self._since, self._taken = self._clock(), 0


def _not_opened(error: BaseException, hop: _Hop) -> RenderError:
    if isinstance(getattr(error, "os_error", None), NotPublicError):
        return HeldError(f"{hop.named} leads to an address that is not public")
    return unsent(error, shown_host(hop.url))


def _joined(url: URL, location: str) -> str:
    try:
        return str(url.join(URL(location, encoded=True)))
    except ValueError:
        raise HeldError(f"{shown_host(url)} redirects to something that is no URL") from None
