"""What can be done to an arrival, each a coroutine that takes a Moment; `charged` lets the server sell first."""

import asyncio
import json

_PAGE = b"<html><head><title>sorry</title></head><body>back soon</body></html>\n"


def reset(*, charged=False):
    """Break the connection instead of answering."""

    async def do(moment):
        if charged:
            await moment.serve()
        moment.reset()

    return do


def close(*, charged=False):
    """Close in good order, without a byte."""

    async def do(moment):
        if charged:
            await moment.serve()
        moment.close()

    return do


def reset_after_reading(octets):
    """Read that many bytes of the request and break the connection; 0 breaks it before any is read."""

    async def do(moment):
        if octets:
            await moment.reader.readexactly(octets)
        moment.reset()

    return do


def hang(*, charged=False):
    """Never say a word."""

    async def do(moment):
        if charged:
            await moment.serve()
        await moment.until_left()

    return do


def never_read():
    """Take the connection and read nothing from it."""

    async def do(moment):
        await asyncio.sleep(30)
        moment.reset()

    return do


def say(raw, *, charged=False, then="close"):
    """Send these very bytes."""

    async def do(moment):
        if charged:
            await moment.serve()
        await moment.say(raw)
        await _end(moment, then)

    return do


def answer(status, body=b"", *, charged=False, headers=(), media_type="application/json"):
    """Give a whole answer of one's own; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {media_type}", f"Content-Length: {len(content)}"]
    raw = "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode("latin-1") + content
    return say(raw, charged=charged)


def page(status, *, charged=False):
    """A page for people, as a gateway or a captive portal shows it."""
    return answer(status, _PAGE, charged=charged, media_type="text/html")


def refuse(status, code, *, charged=False, headers=(), is_named=True):
    """Refuse in the words of whichever API was asked."""

    async def do(moment):
        if charged:
            await moment.serve()
        await answer(status, refusal(moment, status, code, is_named=is_named), headers=headers)(moment)

    return do


def refusal(moment, status, code, *, is_named=True):
    """The error an API would send about the very request."""
    if not moment.body.startswith(b"["):
        return {"message": f"{code} said the server", "statusCode": status, "path": "/v2/video/generations"}
    error = {"code": code, "message": f"{code} said the server"}
    tasks = json.loads(moment.body) if is_named else [{}]
    return {"data": [], "errors": [error | ({"taskUUID": task["taskUUID"]} if task else {}) for task in tasks]}


def rewrite(change, *, status=None):
    """Serve, and say what `change` makes of the document."""

    async def do(moment):
        said = await moment.serve()
        changed = said.with_document(change(said.document()))
        await moment.say(
            changed.head().replace(b" %d " % said.status, b" %d " % (status or said.status), 1) + changed.body
        )

    return do


def recode(change):
    """Serve, and send what `change` makes of the body's bytes."""

    async def do(moment):
        said = await moment.serve()
        body = change(said.body)
        await moment.say(said.head(length=len(body)) + body)
        moment.close()

    return do


def cut(keep, *, then="close", in_head=False):
    """Serve, promise the whole, and send only the share `keep` of head or body."""

    async def do(moment):
        said = await moment.serve()
        head, part = said.head(), said.body[: int(len(said.body) * keep)]
        await moment.say(head[: int(len(head) * keep)] if in_head else head + part)
        await _end(moment, then)

    return do


def chunked(keep):
    """Serve in chunks, and stop between two of them once that share was sent."""

    async def do(moment):
        said = await moment.serve()
        head = said.head().split(b"\r\n")
        kept = [line for line in head if not line.lower().startswith(b"content-length")]
        await moment.say(b"\r\n".join([kept[0], b"Transfer-Encoding: chunked", *kept[1:]]))
        part = said.body[: int(len(said.body) * keep)]
        for start in range(0, len(part), max(len(part) // 3, 1)):
            piece = part[start : start + max(len(part) // 3, 1)]
            await moment.say(b"%x\r\n%s\r\n" % (len(piece), piece))
        moment.close()

    return do


def trickle(pause_s):
    """Serve, and send the body byte by byte."""

    async def do(moment):
        said = await moment.serve()
        await moment.say(said.head())
        for position in range(len(said.body)):
            await moment.say(said.body[position : position + 1])
            await asyncio.sleep(pause_s)

    return do


def endless(*, charged=False):
    """Send a body that does not end."""

    async def do(moment):
        if charged:
            await moment.serve()
        await moment.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{")
        for _ in range(20_000):
            await moment.say(b" " * 65536)

    return do


def with_heads(raw_lines, *, charged=True):
    """Serve, and put these raw header lines before the true ones."""

    async def do(moment):
        said = await moment.serve() if charged else None
        head = said.head() if said else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        first, rest = head.split(b"\r\n", 1)
        await moment.say(first + b"\r\n" + raw_lines + rest + (said.body if said else b""))
        moment.close()

    return do


def preceded_by(raw):
    """Serve, and send these bytes before the answer."""

    async def do(moment):
        said = await moment.serve()
        await moment.say(raw + said.head() + said.body)

    return do


def closing_behind():
    """Serve, promise to keep the connection, and close it as soon as the answer is out."""

    async def do(moment):
        await moment.pass_on()
        moment.close()

    return do


def calling(function, *, then):
    """Call a function of the case in the middle of the arrival, then go on."""

    async def do(moment):
        function(moment)
        await then(moment)

    return do


async def as_usual(moment):
    """Serve as if nothing were."""
    await moment.pass_on()


async def _end(moment, how):
    if how == "hang":
        await moment.until_left()
    elif how == "reset":
        moment.reset()
    else:
        moment.close()
