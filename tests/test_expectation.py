import pytest

from render.catalog.load import load_catalog
from render.expectation import Expected, expected, remarks
from render.records import Measured
from tests.builders import a_task

CATALOG = load_catalog()
VIDEO = {"width": 768, "height": 512, "duration": 5}


def wish_of(alias, **params):
    return expected(a_task(params={"prompt": "fog", **params}), CATALOG.find(alias))


def clip(**changes):
    measured = {"width_px": 768, "height_px": 512, "duration_s": 5.0, "fps": 24.0, **changes}
    return Measured(media_type="video/mp4", **measured)


def test_a_clip_should_measure_what_was_asked_for():
    assert wish_of("kandinsky-5-lite", **VIDEO) == Expected(size=(768, 512), duration_s=5, fps=24)


def test_a_still_has_no_length_and_no_rate():
    wish = wish_of("kandinsky-5-image-lite", width=1024, height=1024)
    assert wish == Expected(size=(1024, 1024), duration_s=None, fps=None)


@pytest.mark.parametrize(
    ("params", "size"), [({}, (768, 512)), ({"aspect_ratio": "3:2"}, (768, 512)), ({"aspect_ratio": "1:1"}, None)]
)
def test_a_shape_gives_a_size_where_one_is_published(params, size):
    assert wish_of("kandinsky-5-distill", **params) == Expected(size=size, duration_s=5, fps=24)


@pytest.mark.parametrize("frames", [118, 119, 120, 121, 122])
def test_a_frame_or_two_are_not_worth_a_word(frames):
    assert remarks(clip(duration_s=frames / 24), wish_of("kandinsky-5-lite", **VIDEO)) == ()


def test_241_frames_are_ten_seconds():
    assert remarks(clip(duration_s=241 / 24), wish_of("kandinsky-5-lite", **{**VIDEO, "duration": 10})) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"width_px": 512}, ("512x512 px instead of 768x512",)),
        ({"width_px": 512, "height_px": 768}, ("512x768 px instead of 768x512",)),
        ({"duration_s": 10.04}, ("10.04 s instead of 5",)),
        ({"duration_s": 4.5}, ("4.50 s instead of 5",)),
        ({"fps": 30.0}, ("30 frames/s instead of 24",)),
        ({"fps": 23.976}, ()),
        (
            {"width_px": 64, "duration_s": 1.0, "fps": 12.5},
            ("64x512 px instead of 768x512", "1.00 s instead of 5", "12.5 frames/s instead of 24"),
        ),
    ],
)
def test_a_difference_is_told(changes, said):
    assert remarks(clip(**changes), wish_of("kandinsky-5-lite", **VIDEO)) == said


@pytest.mark.parametrize("unknown", ["width_px", "height_px", "duration_s", "fps"])
def test_what_the_headers_do_not_say_is_not_remarked(unknown):
    assert remarks(clip(**{unknown: None}), wish_of("kandinsky-5-lite", **VIDEO)) == ()


def test_where_nothing_is_expected_nothing_is_remarked():
    assert remarks(clip(), Expected(size=None, duration_s=None, fps=None)) == ()


def test_without_a_known_rate_the_measured_one_says_how_long_a_frame_is():
    wish = Expected(size=None, duration_s=5, fps=None)
    assert remarks(clip(duration_s=5.1, fps=10.0), wish) == ()
    assert remarks(clip(duration_s=5.1, fps=60.0), wish) == ("5.10 s instead of 5",)
