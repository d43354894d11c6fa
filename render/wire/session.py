"""The open HTTP sessions, and the sending of calls to an API.

Three sessions, so that nothing leaks between them: paid calls open a connection each, for a kept one may be closed by
the server at the very moment of use; all other calls keep theirs; files come over a third that has never seen a key
and connects to public addresses only. None keeps cookies, reads the environment or follows a redirect; a proxy is
used where one is handed in.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from render import __version__
from render.disclosure import without
from render.errors import SettingsError
from render.providers.protocol import Reply
from render.retry_after import retry_after
from render.wire.addresses import judged_socket
from render.wire.bodies import body_of
from render.wire.failures import FAILURES, failure, unanswered
from render.wire.hosts import shown_host
from render.wire.proxy import Proxy
from render.wire.replies import lower_case
from render.wire.stream import FileSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager
    from types import SimpleNamespace

    from aiohttp.abc import AbstractResolver

    from render.providers.protocol import Call
    from render.records import Beginning
    from render.settings import ProxySettings
    from render.wire.hosts import HostRule
    from render.wire.stream import Stream

_LARGEST_REPLY_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
#: more at once gained nothing where it was measured
_DOWNLOADS = 16


class Secret(Protocol):
    """A key that shows itself only when asked."""

    def reveal(self) -> str:
        """Return the key itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """How long is waited, in seconds."""

    connect_s: float = 10.0
    #: a paid call as a whole
    submit_s: float = 60.0
    #: any other call as a whole
    poll_s: float = 30.0
    #: a call that a file is enclosed in, as a whole
    upload_s: float = 600.0
    #: a file that sends no byte for so long is given up; there is no limit on a file as a whole
    stall_s: float = 60.0

    def of(self, call: Call) -> float:
        """Return how long a call may take as a whole."""
        if call.enclosed is not None:
            return self.upload_s
        return self.submit_s if call.is_paid else self.poll_s


def _for_paid_calls() -> aiohttp.BaseConnector:
    # No limit on connections to an API: waiting for a free one would count against the call's own time.
    return aiohttp.TCPConnector(force_close=True, limit=0)


def _for_other_calls() -> aiohttp.BaseConnector:
    return aiohttp.TCPConnector(limit=0, keepalive_timeout=30)


def _for_files(resolver: AbstractResolver) -> aiohttp.BaseConnector:
    return aiohttp.TCPConnector(limit=_DOWNLOADS, socket_factory=judged_socket, resolver=resolver)


@dataclass(frozen=True, kw_only=True, slots=True)
class Connectors:
    """What makes the connections of each session; each is called once, inside the event loop that will use them."""

    paid: Callable[[], aiohttp.BaseConnector] = _for_paid_calls
    #: all other calls
    free: Callable[[], aiohttp.BaseConnector] = _for_other_calls
    #: is given what says where a name leads
    files: Callable[[AbstractResolver], aiohttp.BaseConnector] = _for_files


@dataclass(kw_only=True, slots=True)
class _Sending:
    """What the trace hook notes about one call: mutable, because it tells its caller."""

    was_sent: bool = False


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Wire:
    """HTTP, opened by `async with`; `requests` counts what was sent since, files and redirects included.

    Without a `proxy` every request goes straight to its host. `resolver` says where the names of file hosts lead, as
    the system does unless another is given.
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        now: Callable[[], datetime] = _utc_now,
        connectors: Connectors | None = None,
        proxy: ProxySettings | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.requests = 0
        #: beside the keys, what must not be kept of answers
        self._hidden: tuple[str, ...] = ()
        self._connectors = connectors or Connectors()
        self._timeouts = timeouts or Timeouts()
        self._now = now
        self._proxy_settings = proxy
        self._resolver = resolver
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._paid = await self._session(self._connectors.paid())
        self._free = await self._session(self._connectors.free())
        resolver = self._resolver or aiohttp.ThreadedResolver()
        self._proxy = Proxy(settings=self._proxy_settings, resolver=resolver)
        files = await self._session(self._connectors.files(resolver), auto_decompress=False)
        times = self._timeouts
        patience = aiohttp.ClientTimeout(total=None, sock_connect=times.connect_s, sock_read=times.stall_s)
        self._files = FileSource(session=files, patience=patience, proxy=self._proxy, now=self._now)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    def hide(self, texts: Iterable[str]) -> None:
        """Hand these over with every answer from here on, as what nothing may repeat that is kept of it."""
        self._hidden = (*self._hidden, *texts)

    async def send(self, call: Call, *, base_url: str, key: Secret | str) -> Reply:
        """Send one call and return its answer, whatever its status; a redirect is an answer too.

        Raises:
            TransientError: certainly not sent.
            OutcomeUnknownError: a paid call left, and no whole answer came.
            ReadFailedError: another call left, and no whole answer came.
            SettingsError: the base URL or the key cannot be used.
        """
        url, headers, sending = _url(base_url, call), _headers(call, key), _Sending()
        host = shown_host(url)
        try:
            async with self._request(call, url, headers=headers, sending=sending) as response:
                body = await _bounded_body(response)
                if body is not None:
                    return _without(self._reply(response, body), key)
            trouble = unanswered(f"{host}: the answer is longer than any should be", is_paid=call.is_paid)
        except FAILURES as error:
            trouble = failure(error, host=host, was_sent=sending.was_sent, is_paid=call.is_paid)
        # Outside the handler: what aiohttp says may hold the URL, and a traceback prints what led to an error.
        raise trouble

    @asynccontextmanager
    async def stream(self, url: str, *, allowed: HostRule, begun: Beginning | None = None) -> AsyncIterator[Stream]:
        """Open a file for reading, following at most three redirects, each to an allowed host.

        Of a file that is `begun` only the rest comes, where the host gives exactly that; `Stream.start` tells.

        Raises, here and while reading:
            HeldError: the host is not allowed, or answers with something that is no file.
            LinkExpiredError: the host refuses the link, or says that the file is gone.
            TransientError: the host asks for patience, cannot be reached, or stalls.
            BytesRefusedError: the file is encoded, or ends early.
        """
        async with self._files.opened(url, allowed=allowed, begun=begun) as stream:
            yield stream

    async def _session(
        self, connector: aiohttp.BaseConnector, *, auto_decompress: bool = True
    ) -> aiohttp.ClientSession:
        tracing = aiohttp.TraceConfig()
        tracing.on_request_headers_sent.append(self._note)
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"renderline/{__version__}"},
            auto_decompress=auto_decompress,
            trust_env=False,
            trace_configs=[tracing],
        )
        return await self._open.enter_async_context(session)

    async def _note(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        self.requests += 1
        if isinstance(context.trace_request_ctx, _Sending):
            context.trace_request_ctx.was_sent = True

    def _request(
        self, call: Call, url: URL, *, headers: Mapping[str, str], sending: _Sending
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        body = body_of(call)
        return (self._paid if call.is_paid else self._free).request(
            call.method,
            url,
            headers={**headers, **body.headers},
            data=body.content,
            proxy=self._proxy.for_url(url),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=self._timeouts.of(call), sock_connect=self._timeouts.connect_s),
            trace_request_ctx=sending,
        )

    def _reply(self, response: aiohttp.ClientResponse, body: bytes) -> Reply:
        headers = lower_case(response.headers)
        wait_s = retry_after(headers, self._now())
        return Reply(status=response.status, headers=headers, body=body, retry_after_s=wait_s, hidden=self._hidden)


def _without(reply: Reply, key: Secret | str) -> Reply:
    """Take the key out of an answer that repeats it, before anything is read from it, recorded or shown."""
    secrets = (key if isinstance(key, str) else key.reveal(),)
    # what is no text loses nothing: every byte is one character of Latin-1, and a key is ASCII
    body = without(reply.body.decode("latin-1"), secrets, instead="...").encode("latin-1")
    headers = {name: without(value, secrets) for name, value in reply.headers.items()}
    return replace(reply, headers=headers, body=body)


def _url(base_url: str, call: Call) -> URL:
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in call.query.items())
    try:
        url = URL(base_url.rstrip("/") + call.path + (f"?{query}" if query else ""), encoded=True)
        is_usable = url.scheme in {"http", "https"} and bool(url.raw_host) and url.port is not None
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError("the base URL of an API is not a URL of the web")
    return url


def _headers(call: Call, key: Secret | str) -> dict[str, str]:
    text = key if isinstance(key, str) else key.reveal()
    if not (text.isascii() and text.isprintable() and text.strip()):
        raise SettingsError("a key is empty or holds characters that no key has", hint="copy it again, on one line")
    return {"Accept": "application/json", **call.headers, "Authorization": f"Bearer {text}"}


async def _bounded_body(response: aiohttp.ClientResponse) -> bytes | None:
    """Read the whole body; None where it is longer than any answer should be."""
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE_BYTES):
        body += piece
        if len(body) > _LARGEST_REPLY_BYTES:
            return None
    return bytes(body)
