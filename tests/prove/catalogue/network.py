"""What lies between a name and a connection: resolvers, closed ports, full queues, certificates.

Each function is, or makes, a context manager around a theatre, to be left before the later run is played only where
it says so.
"""

import contextlib
import functools
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

CAN_CERTIFY = shutil.which("openssl") is not None
_NAME = "api.film.test"
#: longer than a call may take, so that the first one ends while the name is still looked up
_SLOW_S = 1.2
_ERRORS = {
    "unknown": socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    "failing": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
}


def _has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


HAS_IPV6 = _has_ipv6()


def names(trouble, *, times, after=0):
    """A resolver that answers for our name, and fails `times` times (None: until the first run is over)."""

    @contextmanager
    def around(theatre):
        asked = _Asked(trouble=trouble, first=after + 1, last=None if times is None else after + times)
        theatre.script.host = _NAME
        theatre.hosts = (_NAME, "127.0.0.1")
        with _resolver(asked), _first_run_only(theatre, asked.heal):
            yield

    return around


class _Asked:
    """Counts the questions about our name, and decides which go wrong."""

    def __init__(self, *, trouble, first, last):
        self._trouble, self._first, self._last = trouble, first, last
        self._count = 0
        self._lock = threading.Lock()

    def heal(self):
        self._last = 0

    def answer(self, port):
        with self._lock:
            self._count += 1
            goes_wrong = self._count >= self._first and (self._last is None or self._count <= self._last)
        if goes_wrong and self._trouble == "slow":
            time.sleep(_SLOW_S)
        elif goes_wrong:
            raise _ERRORS[self._trouble]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@contextmanager
def _resolver(asked):
    real = socket.getaddrinfo

    def lookup(host, port, *rest, **more):
        return asked.answer(port) if host == _NAME else real(host, port, *rest, **more)

    socket.getaddrinfo = lookup
    try:
        yield
    finally:
        socket.getaddrinfo = real


@contextmanager
def _first_run_only(theatre, heal):
    """Call `heal` when the first run is over."""
    play = theatre.attempt_to_run

    def run(*tasks):
        try:
            return play(*tasks)
        finally:
            heal()

    theatre.attempt_to_run = run
    yield


@contextmanager
def nobody_listens(theatre):
    """Another port than the relay's, which nobody has; healed for the later run."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with _first_address(theatre, f"http://127.0.0.1:{port}"):
        yield


@contextmanager
def plain_under_https(theatre):
    """A server without TLS where https is expected; healed for the later run."""
    with _first_address(theatre, None, scheme="https"):
        yield


@contextmanager
def _first_address(theatre, address, *, scheme=None):
    terms, misleading = theatre._terms, ["yet"]  # noqa: SLF001 - the one place where a lane's address is made

    def misled(name, base_url):
        wrong = address or base_url.replace("http:", f"{scheme}:")
        return terms(name, wrong if misleading else base_url)

    theatre._terms = misled  # noqa: SLF001
    with _first_run_only(theatre, misleading.clear):
        yield


@contextmanager
def full_backlog(theatre):
    """A port whose queue is full, so that connecting never ends; healed for the later run."""
    with _stuffed(socket.AF_INET, "127.0.0.1", 0) as port, _first_address(theatre, f"http://127.0.0.1:{port}"):
        yield


@contextmanager
def _stuffed(family, host, port):
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            filler.settimeout(0)
            with contextlib.suppress(OSError):
                filler.connect(listener.getsockname()[:2])
        yield listener.getsockname()[1]


@contextmanager
def black_hole_before(theatre):
    """A name with two addresses, of which the first, of IPv6, swallows everything."""
    theatre.script.host = _NAME
    theatre.hosts = (_NAME, "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        theatre.script.port = probe.getsockname()[1]
    six = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", theatre.script.port, 0, 0))]

    class Both(_Asked):
        def answer(self, port):
            return six + super().answer(port)

    swallowed = _stuffed(socket.AF_INET6, "::1", theatre.script.port) if HAS_IPV6 else contextlib.nullcontext()
    with swallowed, _resolver(Both(trouble="", first=1, last=0)):
        yield


def certificate(*, name="127.0.0.1", is_expired=False):
    """A server with a certificate that nobody vouches for; without TLS for the later run."""

    @contextmanager
    def around(theatre):
        chain, key = _made(name, is_expired)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        theatre.script.tls = context
        with _first_run_only(theatre, lambda: setattr(theatre.script, "tls", None)):
            yield

    return around


@functools.cache
def _made(name, is_expired):
    """A new key and certificate, made by openssl in a folder that goes with this process."""
    folder = Path(_folder().name)
    chain, key = folder / f"{name}-{is_expired}.crt", folder / f"{name}-{is_expired}.key"
    _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", chain, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
    )  # fmt: skip
    if is_expired:
        # ended a day ago, before it began
        _openssl("x509", "-in", chain, "-signkey", key, "-days", "-1", "-out", chain)
    return chain, key


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="certificates-")
