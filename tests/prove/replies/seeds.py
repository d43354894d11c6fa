"""What the corpus began with: recorded replies, and what a hostile or broken side could send, by kind and name."""

import json
import struct
from pathlib import Path

from tests.containers.samples import KINDS, whole
from tests.prove.replies.readers import HEADERS, MEDIA, OURS, REPLIES

_RECORDED = Path(__file__).parents[2] / "wire"


def seeds():
    """What the corpus began with: by kind and name."""
    return {REPLIES: dict(_replies()), MEDIA: dict(_media()), HEADERS: dict(_headers())}


def _replies():
    for path in sorted(_RECORDED.glob("*/*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if "response" in document:
            body = document["response"]["body"]
            yield f"{path.parent.name}-{path.stem}", json.dumps(body).encode()
    ours = f'"taskUUID":"{OURS}"'
    finished = f'{{"data":[{{{ours},"status":"success","videoURL":"%s","cost":%s,"seed":%s}}]}}'
    done = ("https://vm.runware.ai/a.mp4", "0.25", "7")
    yield "finished", (finished % done).encode()
    for name, values in {
        "cost_huge": (done[0], "1e300", "7"),
        "cost_negative": (done[0], "-1", "7"),
        "cost_infinite": (done[0], "1e999", "7"),
        "cost_nan": (done[0], "NaN", "7"),
        "cost_text": (done[0], '"free"', "7"),
        "seed_huge": (done[0], "1", "9" * 4000),
        "seed_beyond_limit": (done[0], "1", "9" * 5000),
        "seed_true": (done[0], "1", "true"),
        "url_newline": ("https://a/\\r\\nHost: b", "1", "7"),
        "url_javascript": ("javascript:alert(1)", "1", "7"),
        "url_surrogate": ("https://a/\\ud800", "1", "7"),
        "url_long": ("https://a/" + "x" * 9000, "1", "7"),
    }.items():
        yield name, (finished % values).encode()
    yield from (_misshapen(ours.encode()) | _words(ours.encode())).items()


def _misshapen(ours):
    """What is no document, or none of the right shape."""
    return {
        "empty": b"",
        "blank": b" \n\t",
        "null": b"null",
        "number": b"1e5",
        "text": b'"data"',
        "list": b"[[]]",
        "page": b"<!DOCTYPE html><title>502</title>",
        "mark_before": b'\xef\xbb\xbf{"data":[]}',
        "utf16": '{"data":[]}'.encode("utf-16"),
        "not_utf8": b'{"data":[{"message":"\xff\xfe"}]}',
        "half": b'{"data":[{"taskUUID":"24cd',
        "two": b'{"data":[]}{"data":[]}',
        "key_twice": b'{"data":[],"data":[{}]}',
        "key_twice_inside": b'{"data":[{%b,%b,"status":"success"}]}' % (ours, ours),
        "deep_lists": b'{"data":' + b"[" * 5000 + b"]" * 5000 + b"}",
        "deep_objects": b'{"data":' + b'{"data":' * 900 + b"1" + b"}" * 901,
        "deep_unclosed": b"[" * 20_000,
        "many_items": b'{"data":[' + b",".join([b"{}"] * 3000) + b"]}",
        "data_object": b'{"data":{%b,"status":"success"}}' % ours,
        "data_number": b'{"data":7}',
        "errors_text": b'{"errors":"no"}',
        "errors_null": b'{"errors":[null,[],{"code":null,"message":{}}],"data":null}',
        "error_nested": b'{"error":{"error":{"error":{"message":"x"}}}}',
    }


def _words(ours):
    """Documents of the right shape whose words are not fit to be shown, or no words."""
    error = b'{"errors":[{%b,"code":"%b","message":"%b"}]}'
    own = b'{"id":"%b",' % OURS.encode()
    log = b'{"client_request_id":"%b","inference_id":"%%b"}' % OURS.encode()
    details = b'{"data":[{"taskType":"getTaskDetails",%b,"response":%%b}]}' % ours
    return {
        "message_steers": error % (ours, rb"\u001b[2J", rb"\u001b]0;x\u0007\r\n\u202e\u0000"),
        "message_surrogate": error % (ours, b"x", rb"\ud800\udfff\udc00"),
        "message_long": error % (ours, b"c" * 3000, b"m" * 3000),
        "message_list": b'{"message":[["a"],"b",{},7],"statusCode":"400"}',
        "id_number": b'{"id":7,"status":"queued"}',
        "id_long": b'{"id":"' + b"i" * 6000 + b'","status":"queued"}',
        "id_newline": rb'{"id":"a\nb","status":"queued"}',
        "id_blank": b'{"id":" ","status":"queued"}',
        "status_object": own + b'"status":{},"video":[]}',
        "status_steers": own + rb'"status":"\u001b[2J\u0000"}',
        "video_text": own + b'"status":"completed","video":"https://a/b"}',
        "video_null": own + b'"status":"completed","video":{"url":null}}',
        "usage_odd": own + b'"status":"completed","video":{"url":"https://a/b"},"meta":{"usage":[1]}}',
        "log_page": b'{"data":[%b],"pagination":{"has_more":1}}' % (log % b"a:b"),
        "log_two": b'{"data":[%b,%b]}' % (log % b"a", log % b"b"),
        "details": details % b'{"data":[{"videoURL":"https://a/b"}]}',
        "details_odd": details % b'"["',
    }


def _media():
    for kind in KINDS:
        data = whole(kind)
        yield f"{kind}-cut", data[: len(data) * 2 // 3]
        yield f"{kind}-zeros", data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
    ftyp = _box(b"ftyp", b"isom\0\0\0\0isom")
    yield from {
        "mp4-size_0": ftyp + b"\0\0\0\0moov" + bytes(40),
        "mp4-size_7": ftyp + b"\0\0\0\7moov",
        "mp4-size_64_bits": ftyp + b"\0\0\0\1mdat" + b"\xff" * 8,
        "mp4-size_wraps": ftyp + b"\0\0\0\1mdat" + struct.pack(">Q", 2**64 - 8) + bytes(16),
        "mp4-nested": ftyp + _nested(b"moov", 300),
        "mp4-many_boxes": ftyp + _box(b"free", b"") * 4000,
        "mp4-moov_twice": ftyp + _box(b"moov", b"") * 2 + _box(b"mdat", b""),
        "webm-open": b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 7,
        "webm-length_8": b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 6 + b"\xfe" + bytes(20),
        "webm-no_length": b"\x1a\x45\xdf\xa3\x00" + bytes(20),
        "webm-many": b"\x1a\x45\xdf\xa3\x84\x42\x82\x81w" + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\xec\x80" * 4000,
        "jpeg-length_0": b"\xff\xd8\xff\xe0\0\0" + bytes(20),
        "jpeg-length_beyond": b"\xff\xd8\xff\xe0\xff\xff" + bytes(20),
        "jpeg-fill": b"\xff\xd8" + b"\xff" * 8000,
        "jpeg-no_scan": b"\xff\xd8\xff\xc0\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0\xff\xd9",
        "jpeg-size_0": b"\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\0\x01\x01\x11\0\xff\xd9",
        "png-length_beyond": b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffIHDR" + bytes(20),
        "png-length_wraps": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xf0IHDR" + bytes(20),
        "png-no_end": whole("png")[:-12],
        "webp-size_wraps": b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + bytes(20),
        "webp-empty": b"RIFF\x04\0\0\0WEBP",
        "webp-many": _riff(b"ABCD\0\0\0\0" * 2000),
    }.items()
    yield from _tables()


def _tables():
    """A movie whose tables claim more than there is."""
    data = whole("mp4")
    for name in (b"stsz", b"stco", b"stsc", b"stts"):
        place = data.index(name) + 8
        for words, number in {"all": 0xFFFFFFFF, "none": 0, "half": 0x7FFFFFFF}.items():
            # the count stands behind version and flags, and in `stsz` behind the common size
            at = place + (4 if name == b"stsz" else 0)
            yield f"mp4-{name.decode()}_{words}", data[:at] + struct.pack(">I", number) + data[at + 4 :]


def _box(kind, body):
    return struct.pack(">I", 8 + len(body)) + kind + body


def _nested(kind, depth):
    body = b""
    for _ in range(depth):
        body = _box(kind, body)
    return body


def _riff(body):
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _headers():
    texts = (
        "", "0", "6", " 120 ", "-1", "+5", "1e9", "1.5", "0x10", "9" * 400, "99999999999999999999", "5, 7", "soon",
        "\xb2", "6\x006", "\t6", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sat, 21 Nov 2026 12:00:30 GMT", "Sat, 31 Feb 2026 12:00:30 GMT",
        "Sat, 21 Nov 9999 23:59:60 GMT", "Sat, 21 Nov 0000 00:00:00 GMT", "Sat, 21 Nov 2026 99:00:00 GMT",
        "Sat, 21 Nov 2026 12:00:30 +0100", "Saturday, 21-Nov-00 12:00:30 GMT", "Sat, 21 Nov 2026 12:00:30 GMT" * 50,
    )  # fmt: skip
    for number, text in enumerate(texts):
        yield f"{number:02d}", text.encode("latin-1")
