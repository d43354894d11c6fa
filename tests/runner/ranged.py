"""Files of the scripted server that can be asked for in part, and break off where a test wants them to."""

import asyncio
import re
import time

from aiohttp import web

from tests.runner.scripted import media_of


def tagged(tag='"v1"', *, stop=None, heard=None, body=None):
    """Send a file, or the rest that is asked for, under a tag; break off after the byte at `stop`."""

    async def step(moment):
        data = media_of(moment.request.path) if body is None else body
        asked = moment.request.headers.get("Range")
        if heard is not None:
            heard.append(asked)
        is_same = moment.request.headers.get("If-Range") in {None, tag}
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and is_same else 0
        headers = {"ETag": tag, "Content-Length": str(len(data) - start)}
        if asked and is_same:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        response = web.StreamResponse(status=206 if asked and is_same else 200, headers=headers)
        await response.prepare(moment.request)
        await response.write(data[start:stop])
        if stop is not None:
            await everybody_has_read()
            moment.request.transport.close()
        return response

    return step


async def everybody_has_read():
    """Wait until what was sent is read: what is still on its way when a connection ends is lost to the other side.

    The client shares our loop and its threads, and a busy machine delays them both: turns are counted beside seconds.
    """
    for _ in range(20):
        await asyncio.sleep(0.005)
        await asyncio.to_thread(time.sleep, 0.001)


async def not_satisfiable(_):
    """Refuse to send any part."""
    return web.Response(status=416)
