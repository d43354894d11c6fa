import pytest

from render.layout import DEFAULT_OUTPUT, earlier_path, output_path, path_fault, pattern_fault, slug

VALUES = {"project": "p", "shot": "a", "take": 7, "model": "m", "seed": 5, "ext": "mp4"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("runware:210@1", "runware-210-1"),
        ("sber-ai/kandinsky5-t2v", "sber-ai-kandinsky5-t2v"),
        ("DPM++ 2M", "DPM-2M"),
        ("../..", "x"),
        ("", "x"),
        ("\u00e9t\u00e9", "t"),
    ],
)
def test_a_slug_is_safe_as_a_part_of_a_name(text, name):
    assert slug(text) == name
    assert path_fault(name) == ""


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (DEFAULT_OUTPUT, "a/a_t07.mp4"),
        ("{model}/{shot}_{seed}.{ext}", "m/a_5.mp4"),
        ("{project}-{shot}-{take}.{ext}", "p-a-7.mp4"),
        ("{shot}.{take:03d}.{ext}", "a.007.mp4"),
        ("{{raw}}/{shot}.{ext}", "{raw}/a.mp4"),
    ],
)
def test_a_pattern_is_filled_in(pattern, path):
    assert pattern_fault(pattern) == ""
    assert output_path(pattern, VALUES) == path
    assert path_fault(path) == ""


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("", ".{ext}"),
        ("{shot}", ".{ext}"),
        ("{ext}/{shot}", ".{ext}"),
        ("{shot}{ext}", ".{ext}"),
        ("{ext}.{shot}.{ext}", ".{ext}"),
        ("{shot}.{{ext}", "single '}'"),
        ("still.{ext}", "{shot}"),
        ("{shoot}.{ext}", "{shoot}"),
        ("{}.{ext}", "{}"),
        ("{0}.{ext}", "{0}"),
        ("{shot.__class__}.{ext}", "{shot.__class__}"),
        ("{shot[0]}.{ext}", "{shot[0]}"),
        ("{shot!r}.{ext}", "{take:02d}"),
        ("{shot:>40}.{ext}", "{take:02d}"),
        ("{take:9999999999d}{shot}.{ext}", "{take:02d}"),
        ("{take:{seed}}{shot}.{ext}", "{take:02d}"),
        ("{take:5d}{shot}.{ext}", "{take:02d}"),
        ("{shot.{ext}", "is not a pattern"),
    ],
)
def test_a_pattern_that_cannot_be_filled_in_is_refused_before_it_is(pattern, said):
    assert said.casefold() in pattern_fault(pattern).casefold()


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/a.mp4", "../a.mp4", "a/../../b.mp4", "a//b.mp4", "./a.mp4", "a\\b.mp4", "", "a/"),
        *(".earlier/a.mp4", "a/.b.mp4", "a./b.mp4", "a /b.mp4", "a.mp4.", "C:a.mp4"),
        *("con.mp4", "a/NUL/b.mp4", "lpt9", "COM\u00b9.mp4", "aux .mp4"),
        *("a?.mp4", "a\x1bb.mp4", "a\x7f.mp4", "a\u202eb.mp4"),
        *("state.db", "state.db/a.mp4", "State.lock", "render.log/a.mp4"),
        *("x" * 201, "/".join(["x" * 100] * 11)),
    ],
)
def test_a_path_that_escapes_or_that_some_system_refuses_is_refused(path):
    assert path_fault(path)


def test_an_earlier_file_keeps_its_folder_and_says_which_it_was():
    assert earlier_path("a/b.mp4", "0123456789abcdef") == ".earlier/a/b.01234567.mp4"
    assert earlier_path("b.mp4", "0123456789abcdef") == ".earlier/b.01234567.mp4"
