import pytest

from render.layout import (
    DEFAULT_OUTPUT,
    address_of,
    address_pattern_fault,
    earlier_path,
    output_path,
    path_fault,
    pattern_fault,
    slug,
)

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


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("https://a.example/", "https://a.example/"),
        ("https://a.example/{project}/{shot}.{take:03d}.{ext}", "https://a.example/p/a.007.mp4"),
        ("${env.BUCKET}{shot}?x=${env.KEY}&y={seed}", "${env.BUCKET}a?x=${env.KEY}&y=5"),
        ("https://a.example/{shot}{shot}", "https://a.example/aa"),
    ],
)
def test_the_placeholders_of_an_address_are_filled_in(address, made):
    assert address_pattern_fault(address) == ""
    assert address_of(address, VALUES) == made


def test_what_an_address_cannot_hold_is_percent_encoded():
    assert address_of("https://a.example/{ext}", VALUES | {"ext": "a/b ?é"}) == "https://a.example/a%2Fb%20%3F%C3%A9"


@pytest.mark.parametrize("address", ["{", "}", "{shot", "shot}", "{{shot}}", "{shot}}", "a{shot}}{b"])
def test_a_brace_that_stands_alone_in_an_address_is_refused(address):
    assert "%7B" in address_pattern_fault(address)


@pytest.mark.parametrize("address", ["{}", "{scene}", "{shot.id}", "{shot!r}", "{shot:>5}", "{take:x}", "{env.KEY}"])
def test_a_placeholder_that_is_unknown_or_formatted_in_another_way_is_refused(address):
    assert address_pattern_fault(f"https://a.example/{address}")
