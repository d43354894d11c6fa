"""Whether the rest of a file may be asked for, and what is taken for it: never parts of two files."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from yarl import URL

from render.errors import BytesRefusedError, LinkExpiredError, TransientError
from render.records import Beginning, FileMark
from render.wire import HostRule, Timeouts, Wire
from render.wire.resuming import is_rest, mark_of, request_for, source_of

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
SENT, LONG_AGO, JUST_NOW = (f"Sat, 21 Nov 2026 {time} GMT" for time in ("12:00:00", "11:00:00", "11:59:30"))


def tag_of(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    mark = mark_of(named, source="s", size_bytes=100, now=NOW)
    return None if mark is None else mark.tag


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({"etag": '"abc"'}, '"abc"'),
        ({"etag": '"abc"', "last_modified": LONG_AGO, "date": SENT}, '"abc"'),
        ({"etag": 'W/"abc"'}, None),
        ({"etag": 'W/"abc"', "last_modified": LONG_AGO, "date": SENT}, None),
        ({"etag": "abc"}, None),
        ({"etag": '""'}, None),
        ({"etag": '"a", "b"'}, None),
        ({"etag": '"' + "a" * 300 + '"'}, None),
        ({"last_modified": LONG_AGO, "date": SENT}, LONG_AGO),
        ({"last_modified": JUST_NOW, "date": SENT}, None),
        ({"last_modified": SENT, "date": LONG_AGO}, None),
        ({"last_modified": LONG_AGO}, None),
        ({"last_modified": "yesterday", "date": SENT}, None),
        ({}, None),
        ({"etag": '"abc"', "accept_ranges": "none"}, None),
    ],
)
def test_only_a_strong_tag_or_a_date_that_has_settled_marks_a_file(headers, tag):
    assert tag_of(**headers) == tag


@pytest.mark.parametrize("size", [None, 0])
def test_a_file_of_unknown_length_has_no_mark(size):
    assert mark_of({"etag": '"abc"'}, source="s", size_bytes=size, now=NOW) is None


def begun(tag='"abc"', size=40, total=100):
    return Beginning(mark=FileMark(source="s", tag=tag, size_bytes=total), size_bytes=size)


def test_the_rest_is_asked_for_on_the_condition_that_nothing_has_changed():
    assert request_for(begun()) == {"Range": "bytes=40-", "If-Range": '"abc"'}
    assert request_for(begun(tag=LONG_AGO))["If-Range"] == LONG_AGO
    assert request_for(None) == {}


GOOD = {"content-range": "bytes 40-99/100", "etag": '"abc"', "content-length": "60"}


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (200, {}),
        (416, {}),
        (206, {"content-range": ""}),
        (206, {"content-range": "bytes 0-99/100"}),
        (206, {"content-range": "bytes 41-99/100"}),
        (206, {"content-range": "bytes 40-98/100"}),
        (206, {"content-range": "bytes 40-99/*"}),
        (206, {"content-range": "bytes 40-99/200"}),
        (206, {"content-range": "bytes */100"}),
        (206, {"content-range": "bytes 40-99/100, bytes 40-99/100"}),
        (206, {"content-range": "items 40-99/100"}),
        (206, {"etag": '"abd"'}),
        (206, {"etag": 'W/"abc"'}),
        (206, {"etag": ""}),
        (206, {"content-length": "59"}),
        (206, {"content-length": "100"}),
        (206, {"content-encoding": "gzip"}),
    ],
)
def test_any_other_answer_is_not_the_rest(status, changes):
    assert is_rest(206, GOOD, begun())
    assert not is_rest(status, {**GOOD, **changes}, begun())


def test_a_rest_that_was_asked_for_by_date_must_bear_that_date():
    by_date = begun(tag=LONG_AGO)
    assert is_rest(206, {**GOOD, "last-modified": LONG_AGO}, by_date)
    assert not is_rest(206, GOOD, by_date)
    assert not is_rest(206, {**GOOD, "last-modified": JUST_NOW}, by_date)


def test_a_link_signed_anew_leads_to_the_same_file_and_another_path_does_not():
    first = source_of(URL("https://cdn.runware.ai/a/x.mp4?sig=1", encoded=True))
    assert first == source_of(URL("https://CDN.runware.ai:443/a/x.mp4?sig=2&t=9", encoded=True))
    others = ("https://cdn.runware.ai/a/y.mp4", "https://b.runware.ai/a/x.mp4")
    assert first not in {source_of(URL(other, encoded=True)) for other in others}


FILM = bytes(range(256)) * 40
SIZE = len(FILM)
TAG = '"v1"'


class Files:
    """A server of one film that understands ranges; `odd` may answer a question for the rest in its place."""

    def __init__(self, odd=None, tag=TAG):
        self.odd = odd
        self.tag = tag
        self.heads = []

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
                self.heads.append(head)
                writer.write(self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head):
        asked = next((line[13:] for line in head.splitlines() if line.lower().startswith("range: bytes=")), None)
        if asked is None:
            return answer("200 OK", FILM, f"ETag: {self.tag}")
        if self.odd is not None:
            return self.odd(int(asked[:-1]))
        start = int(asked[:-1])
        return answer("206 Partial Content", FILM[start:], f"ETag: {self.tag}", ranged(start))


def ranged(start, end=SIZE - 1, total=SIZE):
    return f"Content-Range: bytes {start}-{end}/{total}"


def answer(status, body, *headers, length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(files):
    listener = await asyncio.start_server(files.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/film.mp4?sig=1"
    finally:
        listener.close()
        await listener.wait_closed()


def resumed(files, *, size=1000, tag=TAG, total=SIZE, source=None):
    """Ask for the rest of the film; return where what came starts, what came, and the questions."""

    async def scenario():
        quick = Timeouts(connect_s=1, stall_s=1)
        async with serving(files) as url, Wire(timeouts=quick) as wire:
            mark = FileMark(source=source or source_of(URL(url)), tag=tag, size_bytes=total)
            rule = HostRule(hosts=(), plain_http_hosts=("127.0.0.1",))
            async with wire.stream(url, allowed=rule, begun=Beginning(mark=mark, size_bytes=size)) as stream:
                came = b"".join([chunk async for chunk in stream.chunks])
            return stream, came, files.heads

    return asyncio.run(scenario())


def test_only_the_rest_of_a_file_comes_where_its_beginning_is_here():
    stream, came, heads = resumed(Files())
    assert (stream.start, came, len(heads)) == (1000, FILM[1000:], 1)
    assert (stream.expected_bytes, stream.mark.tag) == (len(FILM), TAG)
    assert 'If-Range: "v1"' in heads[0]


ODD = {
    "whole after all": (lambda _: answer("200 OK", FILM, 'ETag: "v2"'), 1),
    "not satisfiable": (lambda _: answer("416 Range Not Satisfiable", b"", f"Content-Range: bytes */{len(FILM)}"), 2),
    "another tag": (lambda start: answer("206 Partial", FILM[start:], 'ETag: "v2"', ranged(start)), 2),
    "no tag": (lambda start: answer("206 Partial", FILM[start:], ranged(start)), 2),
    "from the beginning": (lambda _: answer("206 Partial", FILM, f"ETag: {TAG}", ranged(0)), 2),
    "a byte late": (lambda start: answer("206 Partial", FILM[start + 1 :], f"ETag: {TAG}", ranged(start + 1)), 2),
    "not to the end": (lambda start: answer("206 Partial", FILM[start:-1], f"ETag: {TAG}", ranged(start, 10238)), 2),
    "no range": (lambda start: answer("206 Partial", FILM[start:], f"ETag: {TAG}"), 2),
    "in parts": (lambda _: answer("206 Partial", b"--x--", "Content-Type: multipart/byteranges; boundary=x"), 2),
}


@pytest.mark.parametrize(("odd", "questions"), ODD.values(), ids=ODD)
def test_what_is_not_the_rest_is_not_taken_and_the_whole_is(odd, questions):
    stream, came, heads = resumed(Files(odd))
    assert (stream.start, came, len(heads)) == (0, FILM, questions)
    assert "range" not in heads[-1].lower() or questions == 1


@pytest.mark.parametrize("changes", [{"source": "elsewhere"}, {"tag": '"v0"'}, {"total": len(FILM) + 1}])
def test_a_beginning_of_another_file_is_not_continued(changes):
    stream, came, _ = resumed(Files(), **changes)
    assert (stream.start, came) == (0, FILM)


def test_a_rest_that_breaks_off_is_told_like_a_file_that_does():
    cut = answer("206 Partial", FILM[1000:2000], f"ETag: {TAG}", ranged(1000), length=len(FILM) - 1000)

    class Cutting(Files):
        async def serve(self, reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(cut)
            await writer.drain()
            writer.close()

    with pytest.raises(BytesRefusedError, match="the file ended early, after 1000 bytes"):
        resumed(Cutting())


@pytest.mark.parametrize(
    ("said", "error"),
    [(b"HTTP/1.1 404 Not Found\r\n\r\n", LinkExpiredError), (b"HTTP/1.1 503 Busy\r\n\r\n", TransientError)],
)
def test_a_host_that_has_no_rest_to_give_says_what_it_would_say_of_the_whole(said, error):
    with pytest.raises(error):
        resumed(Files(lambda _: said.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n")))


@pytest.mark.parametrize(("status", "is_gone"), [(404, True), (410, True), (403, False), (401, False), (400, False)])
def test_only_a_host_that_says_so_makes_a_file_gone(status, is_gone):
    with pytest.raises(LinkExpiredError) as caught:
        resumed(Files(lambda _: answer(f"{status} No", b"")))
    assert caught.value.is_gone is is_gone
