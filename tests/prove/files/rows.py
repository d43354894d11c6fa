"""The rows D1 to D12: what hosts of files do, and what must follow for the task, the money and the file."""

import contextlib
import functools
import gzip
from dataclasses import replace

from render.artifacts.folder import ArtifactFolder
from render.events import TaskSaved
from render.wire import Timeouts
from tests.prove.catalogue import documents as say
from tests.prove.catalogue import strikes
from tests.prove.catalogue.outcomes import DONE, resting
from tests.prove.catalogue.records import expect
from tests.prove.catalogue.relay import POLL, Strike
from tests.prove.catalogue.theatre import Theatre
from tests.prove.files import bodies, hosts
from tests.prove.files.marks import boundaries
from tests.prove.files.scene import download
from tests.runner.stage import clip, picture

ROWS = tuple(f"D{number}" for number in range(1, 13))

_HELD = expect("held", 6, 1), expect("saved", 0, 1)
_LOST = expect("lost", 1, 1), expect("lost saved", None, 1)
_SHORT = Timeouts(connect_s=5.0, submit_s=10.0, poll_s=10.0, stall_s=0.5)
_CAP_BYTES = 256 * 1024
#: no file is as long as this; the most that is taken is 2 GiB
_ABSURD = 1 << 40


def cases():
    """Every case of the table."""
    for kind in bodies.FAMILIES:
        yield from _broken(kind)
        yield from _mistaken(kind)
    yield from _large()
    yield from _expired()
    yield from _partial()
    yield from _led_away()
    yield from _slow()
    yield from _twins()
    yield from _in_trouble()


def _broken(kind):
    data = bodies.whole(kind)
    inner = boundaries(kind, data)[1:-1]
    places = {"first": 1, "early": inner[0], "middle": inner[len(inner) // 2], "late": inner[-1], "last": len(data) - 1}
    for name, place in places.items():
        is_quick = name == "middle"
        yield download("D1", kind, f"cut_{name}", DONE, hosts.cut(data, place), is_quick=is_quick)
        yield download("D1", kind, f"reset_{name}", DONE, hosts.resetting(data, place))
        yield download("D2", kind, f"cut_{name}", DONE, hosts.unmeasured(data[:place]), is_quick=is_quick)
    middle = places["middle"]
    yield download("D1", kind, "for_ever", resting, for_ever=hosts.cut(data, middle, tag=""), speed=4000)
    yield download("D2", kind, "for_ever", resting, for_ever=hosts.unmeasured(data[:middle]), speed=4000)
    yield from _encoded(kind, data)


def _encoded(kind, data):
    packed = gzip.compress(data)
    encoded = ["Content-Encoding: gzip"]
    yield download("D3", kind, "whole_gzip", DONE, hosts.raw(200, encoded, packed), is_quick=kind == "mp4")
    yield download("D3", kind, "cut_gzip", DONE, hosts.raw(200, encoded, packed[: len(packed) // 2]))
    # the file itself, under a name that is not true
    yield download("D3", kind, "said_to_be_gzip", DONE, hosts.raw(200, encoded, data))
    yield download("D3", kind, "said_to_be_br", DONE, hosts.raw(200, ["Content-Encoding: br"], data))
    yield download("D3", kind, "for_ever", resting, for_ever=hosts.raw(200, encoded, packed), speed=4000)


def _mistaken(kind):
    rows = {"nothing": "D5", "one_byte": "D5", "zeros": "D5", "12_bytes_then_zeros": "D5"}
    for name, body in bodies.mistaken(kind).items():
        row = rows.get(name, "D4")
        yield download(row, kind, name, DONE, hosts.plain(body), is_quick=name in {"html", "12_bytes_then_zeros"})
    html = hosts.plain(bodies.HTML)
    yield download("D4", kind, "html_for_ever", resting, for_ever=html, speed=4000, is_quick=kind in {"mp4", "png"})
    yield download("D5", kind, "nothing_for_ever", resting, for_ever=hosts.plain(b""), speed=4000)


def _large():
    for kind in ("mp4", "png"):
        data = bodies.whole(kind)
        short = hosts.plain(data, length=len(data) - 7)
        yield download("D6", kind, "longer_than_announced", DONE, short, is_quick=True)
        announced = hosts.plain(data, length=_ABSURD)
        yield download("D6", kind, "announced_absurd", _HELD, for_ever=announced, is_quick=True)
        capped = {"around": _capped}
        yield download("D6", kind, "endless", _HELD, for_ever=hosts.endless(), is_quick=True, **capped)
        yield download("D6", kind, "unannounced", _HELD, for_ever=hosts.unmeasured(bytes(2 * _CAP_BYTES)), **capped)


@contextlib.contextmanager
def _capped(theatre):
    theatre.folder = functools.partial(ArtifactFolder, largest_bytes=_CAP_BYTES)
    yield


def _expired():
    for kind in ("mp4", "jpeg"):
        for status in (403, 404, 410):
            expired = hosts.raw(status, ["Content-Length: 0"], b"")
            is_quick = status != 410
            yield download("D7", kind, f"{status}_once", DONE, expired, is_quick=is_quick)
            yield download("D7", kind, f"{status}_3_times", DONE, *hosts.many(expired, 3))
            # 403 refuses a link and says nothing of the file
            outcome = resting if status == 403 else _LOST
            yield download("D7", kind, f"{status}_for_ever", outcome, for_ever=expired, speed=4000, is_quick=is_quick)


def _partial():
    for kind in ("mp4", "jpeg"):
        data = bodies.whole(kind)
        half, size = len(data) // 2, len(data)
        other = data[:-1] + bytes([data[-1] ^ 1])
        broken = hosts.cut(data, half)
        rest, tag = data[half:], f"ETag: {hosts.TAG}"
        of_all = f"Content-Range: bytes {half}-{size - 1}/{size}"
        answers = {
            "416": hosts.raw(416, [f"Content-Range: bytes */{size}"], b""),
            "from_another_byte": hosts.raw(
                206, [tag, f"Content-Range: bytes {half - 3}-{size - 1}/{size}"], data[half - 3 :]
            ),
            "to_another_byte": hosts.raw(206, [tag, f"Content-Range: bytes {half}-{size - 2}/{size}"], rest[:-1]),
            "of_another_length": hosts.raw(206, [tag, f"Content-Range: bytes {half}-{size - 1}/{size + 9}"], rest),
            "of_unknown_length": hosts.raw(206, [tag, f"Content-Range: bytes {half}-{size - 1}/*"], rest),
            "no_range": hosts.raw(206, [tag], rest),
            "several_ranges": hosts.raw(
                206, [tag, "Content-Type: multipart/byteranges; boundary=x"], b"--x\r\n\r\n" + rest
            ),
            "another_tag": hosts.raw(206, ['ETag: "second"', of_all], other[half:]),
            "no_tag": hosts.raw(206, [of_all], other[half:]),
            "weak_tag": hosts.raw(206, [f"ETag: W/{hosts.TAG}", of_all], other[half:]),
            "encoded": hosts.raw(206, [tag, of_all, "Content-Encoding: gzip"], rest),
            "cut_again": hosts.raw(206, [tag, of_all, f"Content-Length: {size - half}"], rest[: len(rest) // 2]),
            "too_much": hosts.raw(206, [tag, of_all], rest + b"more"),
            "whole_anew": hosts.plain(data, tag=hosts.TAG),
        }
        for name, answer in answers.items():
            is_quick = kind == "mp4" and name in {"416", "from_another_byte", "another_tag", "no_tag"}
            yield download("D8", kind, name, DONE, broken, answer, is_quick=is_quick)
        yield download("D8", kind, "unasked_206", DONE, hosts.raw(206, [tag, of_all], rest), is_quick=True)
        changed = _padded(data, kind)
        told = {"data": changed, "truths": (changed,)}
        yield download(
            "D8", kind, "another_file_now", DONE, broken, for_ever=hosts.honest(changed, tag='"second"'), **told
        )


def _padded(data, kind):
    """The same film in another file."""
    if kind == "mp4":
        return data + (40_000).to_bytes(4, "big") + b"free" + bytes(range(256)) * 156 + bytes(40_000 - 8 - 256 * 156)
    return data + bytes(64)


def _led_away():
    away = {
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "private": "https://10.0.0.1/x.mp4",
        "another_port": "http://127.0.0.1:1/x.mp4",
        "plain_http": "http://vm.runware.ai/x.mp4",
        "stranger": "https://files.example.com/x.mp4",
        "user": "https://vm.runware.ai@example.com/x.mp4",
        "file": "file:///etc/passwd",
        "mapped": "http://[::ffff:127.0.0.1]/x.mp4",
        "zero": "http://0.0.0.0/x.mp4",
        "loop": hosts.here,
        "no_url": "http://[::1/x",
    }
    for kind in ("mp4", "jpeg"):
        for name, location in away.items():
            is_quick = name in {"metadata", "stranger", "loop"}
            led = hosts.redirect(location, 307 if name == "private" else 302)
            yield download("D9", kind, name, _HELD, for_ever=led, is_quick=is_quick)
        three = hosts.many(hosts.redirect(hosts.elsewhere_on_this_host), 3)
        yield download("D9", kind, "three_in_a_row", DONE, *three)
        yield download("D9", kind, "four_in_a_row", _HELD, *three, hosts.redirect(hosts.elsewhere_on_this_host))


def _slow():
    data = _padded(bodies.whole("mp4"), "mp4")
    steady = hosts.slow(data, pieces=20, pause_s=0.1)
    once = {"data": data, "examine": _fetched_once}
    yield download("D10", "mp4", "above_the_floor", DONE, for_ever=steady, timeouts=_SHORT, is_quick=True, **once)
    under = {"data": data, "timeouts": _SHORT, "examine": _fetched_again}
    yield download(
        "D10", "mp4", "below_the_floor", DONE, hosts.slow(data, pieces=len(data), pause_s=0.05), is_quick=True, **under
    )
    yield download("D10", "mp4", "stalls", DONE, hosts.stalling(data, 900), is_quick=True, **under)


def _fetched_once(theatre, *_):
    if theatre.script.arrivals["file"] != 1:
        yield f"asked {theatre.script.arrivals['file']} times for a file that came steadily"


def _fetched_again(theatre, *_):
    if theatre.script.arrivals["file"] < 2:
        yield "waited for a file that did not come"


def _twins():
    for kind, make in (("mp4", clip), ("jpeg", picture)):
        tasks = tuple(make(f"shot{number}", path=f"shot{number}.{bodies.extension(kind)}") for number in range(2))
        outcome = expect("saved", 0, 2), expect("skipped", 0, 2)
        told = {"tasks": tasks, "examine": _both_stand}
        yield download("D11", kind, "same_bytes", outcome, is_quick=True, around=_telling_twins, **told)
        same = Strike(on=POLL, do=_naming_one_file, last=None)
        both = (same, *hosts.striking(bodies.whole(kind)))
        yield download("D11", kind, "same_link", outcome, around=_telling_twins, strikes=both, **told)


async def _naming_one_file(moment):
    """Say of every render that its file is this one."""
    await strikes.rewrite(say.with_link(f"http://127.0.0.1:{moment.relay.port}/files/one"))(moment)


@contextlib.contextmanager
def _telling_twins(theatre):
    theatre.remarks = []
    run = Theatre._shared  # noqa: SLF001 - a hook of the stage's own

    def shared(wire, journal, stop):
        made = run(theatre, wire, journal, stop)

        def emit(event):
            theatre.remarks += event.remarks if isinstance(event, TaskSaved) else ()
            made.emit(event)

        return replace(made, emit=emit)

    theatre._shared = shared  # noqa: SLF001 - as above
    yield


def _both_stand(theatre, *_):
    files = [path for path in theatre.root.iterdir() if path.name.startswith("shot")]
    if len(files) != 2:
        yield f"{len(files)} files of 2 stand there"
    if not any("same" in remark for remark in theatre.remarks):
        yield "nobody is told that two shots got the same file"


def _in_trouble():
    for kind in ("mp4", "jpeg"):
        for status in (500, 502, 503, 504, 429):
            busy = hosts.raw(status, ["Content-Length: 0"], b"")
            yield download(
                "D12", kind, f"{status}_5_times", DONE, *hosts.many(busy, 5), is_quick=status == 503, speed=1000
            )
        busy = hosts.raw(503, ["Content-Length: 0"], b"")
        yield download("D12", kind, "503_for_ever", resting, for_ever=busy, speed=4000)
        later = hosts.raw(503, ["Content-Length: 0", "Retry-After: 9"], b"")
        yield download("D12", kind, "asks_for_patience", DONE, later, speed=1000)
