import io
import struct
import zlib

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.containers.measure import MEDIA_TYPES, measure, media_types_for
from render.errors import BytesRefusedError
from tests.containers.samples import FPS, FRAMES, HEIGHT, IMAGES, KINDS, VIDEOS, WIDTH, media_type, whole


def measured(data):
    return measure(io.BytesIO(data), len(data))


def assert_refused(data, match=None):
    with pytest.raises(BytesRefusedError, match=match):
        measured(data)


def places(data, most=400):
    """Every place near both ends, and a dense sample between."""
    edge = most // 4
    between = range(edge, max(edge, len(data) - edge), max(1, len(data) // (most // 2)))
    return sorted({*range(min(edge, len(data))), *between, *range(max(0, len(data) - edge), len(data))})


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_is_measured_as_it_was_drawn(kind):
    found = measured(whole(kind))
    assert (found.media_type, found.width_px, found.height_px) == (media_type(kind), WIDTH, HEIGHT)
    if kind in IMAGES:
        assert (found.duration_s, found.fps) == (None, None)


@pytest.mark.parametrize("kind", VIDEOS)
def test_a_video_is_measured_as_av_reads_it(kind):
    found = measured(whole(kind))
    with av.open(io.BytesIO(whole(kind))) as container:
        video = container.streams.video[0]
        assert (found.width_px, found.height_px) == (video.codec_context.width, video.codec_context.height)
        if container.duration is None:
            assert found.duration_s is None
        else:
            assert found.duration_s == pytest.approx(container.duration / 1e6, abs=0.001)
        if found.fps is not None:
            assert found.fps == pytest.approx(float(video.average_rate), rel=1e-6)


@pytest.mark.parametrize("kind", ["mp4", "mp4-faststart", "mov"])
def test_frame_rate_and_length_come_from_the_movie_header(kind):
    found = measured(whole(kind))
    assert found.fps == FPS
    assert found.duration_s == pytest.approx(FRAMES / FPS, abs=0.001)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "webm-live"])
def test_a_file_cut_anywhere_is_refused(kind):
    data = whole(kind)
    for place in places(data):
        assert_refused(data[:place])


def test_a_live_webm_cut_inside_a_block_is_refused():
    data = whole("webm-live")
    for cut in range(1, 20):
        assert_refused(data[:-cut])


@pytest.mark.parametrize(
    ("kind", "last_vital"),
    [
        ("mp4", b"stco"),
        ("mp4-mpeg4", b"stco"),
        ("mp4-faststart", None),
        ("mov", b"stco"),
        ("webm", b"\x1c\x53\xbb\x6b"),
        ("jpeg", None),
        ("jpeg-progressive", None),
        ("png", None),
    ],
)
def test_a_tail_of_zeros_that_reaches_the_pictures_or_their_tables_is_seen(kind, last_vital):
    data = whole(kind)
    for place in places(data[: data.index(last_vital) if last_vital else -1]):
        assert_refused(data[:place] + bytes(len(data) - place))


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_beginning_followed_by_zeros_is_refused(kind):
    data = whole(kind)
    for kept in (1, 4, 8, 12, 16):
        assert_refused(data[:kept] + bytes(len(data) - kept))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("mp4")])
def test_a_file_with_something_behind_its_end_is_refused(kind):
    assert_refused(whole(kind) + b"<html></html>")


@pytest.mark.parametrize("kind", ["mp4", "mp4-faststart", "mov"])
def test_a_movie_with_less_than_a_box_behind_its_end_is_refused(kind):
    assert_refused(whole(kind) + b"\x00\x00\x00", match="a box is cut short")


def test_zero_bytes_may_pad_a_jpeg():
    assert measured(whole("jpeg") + bytes(7)) == measured(whole("jpeg"))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"<!DOCTYPE html><html><body>404</body></html>", b'{"error": "no such file"}', bytes(5000)],
    ids=["empty", "one byte", "html", "json", "zeros"],
)
def test_what_is_no_media_file_is_refused_in_one_line(data):
    with pytest.raises(BytesRefusedError) as caught:
        measured(data)
    assert caught.value.message.startswith("not a media file: it ")
    assert "\n" not in caught.value.message


@given(st.binary(max_size=2000))
@settings(max_examples=2 * settings().max_examples, deadline=None)
def test_any_bytes_are_refused_and_nothing_else_happens(data):
    assert_refused(data)


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=6 * settings().max_examples, deadline=None)
def test_damaged_files_are_measured_or_refused_and_nothing_else_happens(kind, data):
    damaged = bytearray(whole(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + 4] = data.draw(st.binary(min_size=1, max_size=8))
    try:
        found = measured(bytes(damaged))
    except BytesRefusedError:
        return
    assert found.width_px
    assert found.height_px


def box(kind, *bodies):
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (box(b"ftyp", b"isom", bytes(4)) + box(b"mdat"), "no box moov"),
        (box(b"ftyp", b"isom", bytes(4)) + box(b"moov"), "no box mdat"),
        (box(b"ftyp", b"isom", bytes(4)) + box(b"mdat") + box(b"moov"), "no video track"),
        (box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4sQ", 1, b"mdat", 2**63), "does not fit"),
        (box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4sQ", 1, b"mdat", 3), "does not fit"),
        (box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4s", 7, b"mdat"), "does not fit"),
        (
            box(b"ftyp", b"isom", bytes(4)) + box(b"moov", struct.pack(">I4s", 0, b"trak")) + box(b"mdat"),
            "only the last",
        ),
        (box(b"ftyp", b"isom", bytes(4)) + box(b"free") * 210_000, "more parts"),
    ],
    ids=["no header", "no media", "no track", "huge", "shorter than itself", "too short", "open inside", "endless"],
)
def test_a_hostile_movie_is_refused_with_a_reason(data, match):
    assert_refused(data, match)


def test_a_table_that_claims_more_rows_than_it_has_is_refused():
    data = whole("mp4")
    place = data.index(b"stts") + 8
    assert_refused(data[:place] + b"\xff\xff\xff\xff" + data[place + 4 :], match="a table is shorter than it says")


def test_a_last_box_of_open_length_is_checked_by_its_samples():
    data = whole("mp4-faststart")
    place = data.index(b"mdat") - 4
    opened = data[:place] + bytes(4) + data[place + 4 :]
    assert measured(opened) == measured(data)
    assert_refused(opened[:-1], match="outside its media data")


def test_a_movie_header_larger_than_any_film_is_refused(tmp_path):
    path = tmp_path / "sparse.mp4"
    with path.open("wb") as out:
        out.write(box(b"ftyp", b"isom", bytes(4)) + box(b"mdat") + struct.pack(">I4s", 2**26 + 1, b"moov"))
        out.truncate(24 + 2**26 + 1)
    with path.open("rb") as file, pytest.raises(BytesRefusedError, match="larger than any film"):
        measure(file, path.stat().st_size)


def test_a_wrong_checksum_in_a_png_is_named_with_its_chunk():
    data = bytearray(whole("png"))
    data[data.index(b"IDAT") + 9] ^= 1
    assert_refused(bytes(data), match=r"checksum of its chunk IDAT is wrong \(byte 33\)")


def test_a_png_without_a_picture_is_refused():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    assert_refused(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IEND", b""), match="no picture")


def test_matroska_that_is_not_webm_is_refused():
    assert_refused(whole("webm").replace(b"webm", b"mkvx", 1), match="does not name the type webm")


def test_a_size_that_disagrees_with_the_opened_file_is_refused():
    data = whole("png")
    with pytest.raises(BytesRefusedError, match="early"):
        measure(io.BytesIO(data[:-3]), len(data))


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("a/b.mp4", {"video/mp4", "video/quicktime"}),
        ("b.MOV", {"video/mp4", "video/quicktime"}),
        ("b.webm", {"video/webm"}),
        ("b.jpeg", {"image/jpeg"}),
        ("b.v2.png", {"image/png"}),
    ],
)
def test_a_file_name_says_which_media_may_stand_under_it(name, types):
    assert media_types_for(name) == types


def test_a_name_without_a_known_extension_allows_every_known_kind():
    assert media_types_for("result") == {name for types in MEDIA_TYPES.values() for name in types}
