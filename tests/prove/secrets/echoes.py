"""What a provider or a host of files says back: the very key it was sent, in whatever place has room for words."""

import json
import re

from tests.canary import KEY, QUERY
from tests.prove.catalogue import documents as say
from tests.prove.catalogue import strikes
from tests.prove.catalogue.relay import FILE, OTHER, POLL, SUBMIT, Strike

_SIGNED = f"?X-Signature={QUERY}&Expires=1"
#: what a terminal would do on its own: colours, titles, links, a line that looks like ours
STEERING = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;https://evil.example\x07link\x1b]8;;\x07"
    "\r\nsaved  everything\x9b2J\u202e"
)


def _key(moment):
    found = re.search(rb"(?i)authorization: bearer ([^\r]+)", moment.head)
    return found[1].decode() if found else "nobody sent a key"


def _error(moment, code, words):
    if not moment.body.startswith(b"["):
        return {"message": words, "statusCode": 400, "error": {"name": code, "message": words}, "path": f"/x?{words}"}
    error = {"code": code, "message": words, "parameter": words, "documentation": f"https://x.example/?key={words}"}
    return {"data": [], "errors": [error | {"taskUUID": task.get("taskUUID")} for task in json.loads(moment.body)]}


def refusing(status, *, spelled=str, written=bytes, steering=""):
    """Refuse with the key in code, message and parameter, in headers and in the URL of a redirect.

    `spelled` is what becomes of the key before it is put into a text, and `written` of the JSON as a whole.
    """

    async def do(moment):
        key = spelled(_key(moment))
        words = f"the key {key} (Bearer {key}) at https://api.example/v1?api_key={key}&X-Signature={QUERY} {steering}"
        headers = [f"X-Echo: {key}", f"WWW-Authenticate: Bearer {key}", f"Location: https://evil.example/?key={key}"]
        body = written(json.dumps(_error(moment, key[:40], words)).encode())
        await strikes.answer(status, body, headers=headers)(moment)

    return do


def with_slashes_escaped(body):
    """Write JSON as some servers do."""
    return body.replace(b"/", b"\\/")


def with_key_escaped(body):
    """Write JSON that spells every character of the key as a number."""
    return body.replace(KEY.encode(), "".join(f"\\u{ord(character):04x}" for character in KEY).encode())


def page(status):
    """A page of HTML that shows the request."""

    async def do(moment):
        body = b"<html><pre>" + moment.head + b"</pre></html>"
        await strikes.answer(status, body, media_type="text/html")(moment)

    return do


def cut_page():
    """The same, broken off inside the key."""

    async def do(moment):
        head = f"HTTP/1.1 200 OK\r\nX-Echo: {_key(moment)}\r\nContent-Length: 9999\r\n\r\n"
        await moment.say(head.encode() + moment.head)
        moment.close()

    return do


def failing(document):
    """Say of every render that it failed, for reasons that hold a signed link and steer a terminal."""
    words = f"cannot fetch https://in.example/a.png{_SIGNED} {STEERING}"
    if "data" in document:
        errors = [
            {"taskUUID": item["taskUUID"], "code": "providerError", "message": words} for item in document["data"]
        ]
        return {"data": [], "errors": errors}
    return {"id": document.get("id"), "status": "error", "error": {"name": "providerError", "message": words}}


def signed(document):
    """Sign the link of every finished render."""

    def change(item):
        if "video" in item:
            return {**item, "video": {"url": item["video"]["url"] + _SIGNED}}
        return {**item, **({"imageURL": item["imageURL"] + _SIGNED} if "imageURL" in item else {})}

    return say.finished(change)(document)


SIGNING = Strike(on=POLL, do=strikes.rewrite(signed), last=None)


def on_submit(do):
    return (Strike(on=SUBMIT, do=do, last=None), SIGNING)


def on_poll(do, *, last=3):
    return (Strike(on=POLL, do=do, last=last), Strike(on=OTHER, do=do, last=last), SIGNING)


def on_file(do, *, last=None):
    return (SIGNING, Strike(on=FILE, do=do, last=last))
