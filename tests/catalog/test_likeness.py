import pytest

from render.catalog.likeness import is_one_slip, most_alike


@pytest.mark.parametrize(
    "written",
    [
        "runware:201@1",
        "runware:21@1",
        "runware:2100@1",
        "runware:211@1",
        "unware:210@1",
        "runware:210@",
        "runware:210@1x",
    ],
)
def test_one_slip_of_the_fingers_is_recognised(written):
    assert is_one_slip(written, "runware:210@1")


@pytest.mark.parametrize(
    "written", ["runware:210@1", "runware:120@2", "runware:102@1", "klingai:3@2", "", "1@012:erawnur"]
)
def test_the_same_word_and_a_far_one_are_no_slip(written):
    assert not is_one_slip(written, "runware:210@1")


def test_the_most_alike_comes_first_and_case_does_not_count():
    known = ["duration", "steps", "prompt", "seed"]
    assert most_alike("Durration", known=known, count=2)[0] == "duration"
    assert len(most_alike("x", known=known)) == 3
