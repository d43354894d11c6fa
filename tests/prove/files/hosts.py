"""What a host of files can do with a request for one, each a coroutine for a Strike; the file is a sample's bytes.

An honest host knows Range and If-Range. A strike that is done with leaves the rest to an honest one.
"""

import asyncio
import re

from tests.prove.catalogue.relay import FILE, Strike

TAG = '"first"'
_PIECE = 64 * 1024


def striking(data, *faults, for_ever=None):
    """Strikes: each fault at the arrival of its number, then `for_ever` or an honest host."""
    single = tuple(Strike(on=FILE, do=fault, first=number) for number, fault in enumerate(faults, start=1))
    return (*single, Strike(on=FILE, do=for_ever or honest(data), first=len(faults) + 1, last=None))


def many(fault, count):
    """The same fault so many times."""
    return (fault,) * count


def honest(data, *, tag=TAG):
    """Send the file, or the part that is asked for if it is still the same."""

    async def do(moment):
        start = _asked(moment.head, tag)
        lines = [f"ETag: {tag}", f"Content-Length: {len(data) - start}"]
        if start:
            lines.append(f"Content-Range: bytes {start}-{len(data) - 1}/{len(data)}")
        await _send(moment, 206 if start else 200, lines, data[start:])

    return do


def raw(status, lines, body):
    """Send these lines and this body, and close."""

    async def do(moment):
        await _send(moment, status, lines, body)

    return do


def plain(body, *, length=None, tag=""):
    """Send a body with a length, and an entity tag where one is given."""
    tags = [f"ETag: {tag}"] if tag else []
    return raw(200, [f"Content-Length: {len(body) if length is None else length}", *tags], body)


def unmeasured(body):
    """Send a body whose end is the connection's."""
    return raw(200, [], body)


def cut(data, place, *, tag=TAG):
    """Promise the file, and break off."""
    return plain(data[:place], length=len(data), tag=tag)


def redirect(location, status=302):
    """Lead somewhere else; `location` may be a function of the moment."""

    async def do(moment):
        to = location(moment) if callable(location) else location
        await _send(moment, status, [f"Location: {to}", "Content-Length: 0"], b"")

    return do


def here(moment):
    """The very link that was asked for."""
    return moment.head.split(b" ")[1].decode()


def elsewhere_on_this_host(moment):
    """Another link on the same server."""
    return f"http://127.0.0.1:{moment.relay.port}{here(moment)}?again"


def endless():
    """Send a body that never ends, in chunks."""

    async def do(moment):
        await moment.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not moment.writer.is_closing():
            await moment.say(b"%x\r\n%s\r\n" % (_PIECE, bytes(_PIECE)))

    return do


def slow(data, *, pieces, pause_s):
    """Send the file in so many pieces with a pause after each."""

    async def do(moment):
        await moment.say(_head(200, [f"Content-Length: {len(data)}"]))
        step = max(1, len(data) // pieces)
        for start in range(0, len(data), step):
            await moment.say(data[start : start + step])
            await asyncio.sleep(pause_s)
        moment.close()

    return do


def stalling(data, place):
    """Send the beginning, and then nothing."""

    async def do(moment):
        await moment.say(_head(200, [f"Content-Length: {len(data)}"]) + data[:place])
        await moment.until_left()

    return do


def resetting(data, place):
    """Send the beginning, and break the connection."""

    async def do(moment):
        await moment.say(_head(200, [f"Content-Length: {len(data)}"]) + data[:place])
        await asyncio.sleep(0.05)
        moment.reset()

    return do


def _asked(head, tag):
    text = head.decode("latin-1")
    wanted = re.search(r"(?i)\r\nrange: bytes=(\d+)-\r\n", text)
    condition = re.search(r"(?i)\r\nif-range: ([^\r]*)\r\n", text)
    return int(wanted[1]) if wanted and (condition is None or condition[1] == tag) else 0


async def _send(moment, status, lines, body):
    await moment.say(_head(status, lines) + body)
    moment.close()


def _head(status, lines):
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "Connection: close", "", ""]).encode("latin-1")
