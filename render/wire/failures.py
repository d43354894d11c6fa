"""What aiohttp's exceptions mean to us, in one table; and the words for them.

The class of an exception cannot tell whether the request left: a reset before a connection was accepted and a reset
after the whole request was read look the same. A trace hook can: it fires before the first byte is handed over.

    hook     a paid call           any other call
    silent   TransientError        TransientError      (CertificateError, UnreachableError, where that is the reason)
    fired    OutcomeUnknownError   ReadFailedError

Texts are ours alone, for aiohttp puts URLs into its messages and headers into its representations.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from render.errors import (
    CertificateError,
    OutcomeUnknownError,
    ProviderError,
    ReadFailedError,
    TransientError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: what sending a request and reading its answer can raise, apart from bugs
FAILURES = (aiohttp.ClientError, HttpProcessingError, OSError)

#: the first class up an exception's ancestry that stands here names it
REASONS: Mapping[type[BaseException], str] = {
    aiohttp.ClientConnectorDNSError: "its name cannot be resolved",
    aiohttp.ClientConnectorCertificateError: "its certificate is not valid for it",
    aiohttp.ClientSSLError: "no secure connection",
    aiohttp.ClientProxyConnectionError: "no connection to the proxy",
    aiohttp.ClientHttpProxyError: "the proxy refuses",
    aiohttp.ClientConnectorError: "no connection",
    aiohttp.ClientConnectionResetError: "the connection was closed while sending",
    aiohttp.ClientOSError: "the connection broke",
    aiohttp.ConnectionTimeoutError: "no connection in time",
    aiohttp.ServerTimeoutError: "no answer in time",
    aiohttp.ServerDisconnectedError: "the server closed the connection without an answer",
    aiohttp.ServerFingerprintMismatch: "its certificate is not the expected one",
    aiohttp.ServerConnectionError: "the server broke the connection",
    aiohttp.ClientConnectionError: "the connection is closed",
    aiohttp.ClientPayloadError: "the answer was cut short",
    aiohttp.ContentTypeError: "the answer is of another type",
    aiohttp.TooManyRedirects: "it redirects without end",
    aiohttp.WSServerHandshakeError: "the answer is not a WebSocket",
    aiohttp.ClientResponseError: "the answer is not valid HTTP",
    aiohttp.InvalidURL: "its address is not a URL",
    aiohttp.NonHttpUrlClientError: "its address is not one of the web",
    aiohttp.RedirectClientError: "it redirects to something that is no URL",
    aiohttp.client_exceptions.UploadAbortedError: "the request could not be sent whole",
    HttpProcessingError: "the answer is not valid HTTP",
    TimeoutError: "no answer in time",
    OSError: "the connection broke",
    aiohttp.ClientError: "the HTTP client failed",
}

_BAD_CERTIFICATES = (aiohttp.ClientConnectorCertificateError, aiohttp.ServerFingerprintMismatch)
_NO_CONNECTION = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


def reason_for(error: BaseException) -> str:
    """Say in a few words what happened; never a URL, a header or a text of the other side."""
    words = next(REASONS[ancestor] for ancestor in type(error).__mro__ if ancestor in REASONS)
    cause = getattr(error, "os_error", error)
    number = getattr(cause, "errno", None)
    if not isinstance(number, int) or number not in errno.errorcode or isinstance(error, aiohttp.ClientSSLError):
        # A number of the TLS library means something else than one of the system.
        return words
    return f"{words} ({os.strerror(number)})"


def failure(error: BaseException, *, host: str, was_sent: bool, is_paid: bool) -> ProviderError:
    """Turn what went wrong with a call into the error that says what may follow; see the table above."""
    if not was_sent:
        return unsent(error, host, what=f"not sent to {host}")
    return unanswered(f"{host}: {reason_for(error)}", is_paid=is_paid)


def unsent(error: BaseException, host: str, *, what: str = "") -> TransientError:
    """Return the error for something that a host was never asked; `what` stands for the host in the message."""
    reason = reason_for(error)
    message = f"{what or host}: {reason}"
    if isinstance(error, _BAD_CERTIFICATES):
        return CertificateError(message)
    if isinstance(error, _NO_CONNECTION):
        return UnreachableError(message, host=host, reason=reason)
    return TransientError(message)


def unanswered(message: str, *, is_paid: bool) -> ProviderError:
    """Return the error for a request that left and got no answer that can be read."""
    return OutcomeUnknownError(message) if is_paid else ReadFailedError(message)
