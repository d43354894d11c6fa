import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.axes import Axes, Axis, AxisKind, called, count_of_range, values_of_range, word_for, words_for

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


def an_axis(name, *values, kind=AxisKind.PARAMETER):
    return Axis(name=name, kind=kind, values=values, words=words_for(values))


def ids(template, axes, variables=None):
    return [called(template, axes, at, variables or {}) for at in axes.combinations()]


@pytest.mark.parametrize(
    ("bounds", "values"),
    [
        ((1, 3, 1), [1, 2, 3]),
        ((1, 10, 4), [1, 5, 9]),
        ((3, 1, -1), [3, 2, 1]),
        ((5, 5, 1), [5]),
        ((4.1, 4.5, 0.1), [4.1, 4.2, 4.3, 4.4, 4.5]),
        ((0, 0.3, 0.1), [0, 0.1, 0.2, 0.3]),
        ((1e-7, 3e-7, 1e-7), [1e-7, 2e-7, 3e-7]),
        ((2**63 - 2, 2**63 - 1, 1), [2**63 - 2, 2**63 - 1]),
    ],
)
def test_a_range_is_counted_in_exact_decimals(bounds, values):
    assert list(values_of_range(*bounds)) == values
    assert [type(value) for value in values_of_range(*bounds)] == [type(value) for value in values]


def test_whole_results_are_whole_numbers_unless_the_range_begins_with_a_point():
    assert [repr(value) for value in values_of_range(4, 5, 0.5)] == ["4", "4.5", "5"]
    assert [repr(value) for value in values_of_range(4.0, 5, 1)] == ["4.0", "5.0"]


@pytest.mark.parametrize("bounds", [(1, 3, 0), (3, 1, 1), (1, 3, -1), (1, 3, 0.0)])
def test_steps_that_lead_nowhere_make_no_values(bounds):
    assert count_of_range(*bounds) == 0


def test_a_range_is_counted_without_being_made():
    assert count_of_range(0, 1e308, 5e-324) > 10**600


DECIMALS = st.decimals(min_value=-50, max_value=50, places=2)


@given(DECIMALS, DECIMALS.filter(bool), st.integers(0, 200), st.booleans())
def test_a_range_holds_every_decimal_from_end_to_end(start, step, count, is_hit):
    end = start + step * count + (0 if is_hit else step / 2)
    values = values_of_range(float(start), float(end), float(step))
    assert [Decimal(repr(value)) for value in values] == [start + step * at for at in range(count + 1)]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("DPM++ 2M Karras", "dpmpp-2m-karras"),
        ("DDIM", "ddim"),
        (5.5, "5.5"),
        (5.0, "5"),
        (-3, "-3"),
        (1e-7, "1e-07"),
        (1e30, "1e30"),
        (True, "true"),
        ("runware:210@1", "runware-210-1"),
        ("Café, at night…", "cafe-at-night"),
        (["draft", "wide"], "draft-wide"),
        ("夜", ""),
        ({"fast": True, "lists": [1, {"a": "B"}]}, "fast-true-lists-1-a-b"),
        ([], ""),
        ("", ""),
    ],
)
def test_a_value_is_one_word_in_an_id(value, word):
    assert word_for(value) == word


def test_values_that_look_alike_carry_a_hash_and_the_others_do_not():
    one, other, third = words_for(["a b", "a-b", "c"])
    assert (one[:4], other[:4], third) == ("a-b-", "a-b-", "c")
    assert one != other
    assert words_for(["c", "a-b", "a b"]) == (third, other, one)


def test_a_value_that_comes_again_is_called_the_same_without_a_hash():
    assert words_for([7, 7.0, 8, 7]) == ("7", "7", "8", "7")
    again, other, once_more = words_for(["a b", "a-b", "a b"])
    assert again == once_more != other


def test_values_without_a_letter_are_told_apart_by_their_hashes():
    words = words_for(["夜", "朝", {}, []])
    assert len(set(words)) == 4
    assert all(re.fullmatch("[0-9a-f]{8}", word) for word in words)


def test_combinations_come_in_the_order_written_later_axes_turning_faster():
    axes = Axes(matrix=(an_axis("seed", 1, 2), an_axis("steps", 20, 28)), zipped=())
    assert ids("sh", axes) == [
        "sh.seed-1.steps-20",
        "sh.seed-1.steps-28",
        "sh.seed-2.steps-20",
        "sh.seed-2.steps-28",
    ]


def test_zipped_axes_go_in_step_and_turn_fastest():
    axes = Axes(matrix=(an_axis("seed", 1, 2),), zipped=(an_axis("cfg_scale", 4, 5), an_axis("duration", 5, 10)))
    assert axes.count == 4
    assert ids("sh", axes) == [
        "sh.seed-1.cfg_scale-4.duration-5",
        "sh.seed-1.cfg_scale-5.duration-10",
        "sh.seed-2.cfg_scale-4.duration-5",
        "sh.seed-2.cfg_scale-5.duration-10",
    ]


def test_without_axes_there_is_one_combination_and_the_id_as_it_stands():
    axes = Axes(matrix=(), zipped=())
    assert (axes.count, ids("sh", axes)) == (1, ["sh"])
    assert ids("x" * 200, axes) == ["x" * 200]


def test_an_axis_that_stands_in_the_id_is_not_appended():
    axes = Axes(matrix=(an_axis("seed", 7), an_axis("scheduler", "DPM++")), zipped=())
    assert ids("${scheduler}_${place}", axes, {"place": "lake"}) == ["dpmpp_lake.seed-7"]


def test_an_unknown_variable_stays_in_the_id():
    assert ids("a_${b}", Axes(matrix=(), zipped=())) == ["a_${b}"]


def test_a_long_id_is_cut_and_ends_in_a_hash_of_the_whole():
    axes = Axes(matrix=(an_axis("mood", "calm " * 40 + "a", "calm " * 40 + "b"),), zipped=())
    one, other = ids("sh", axes)
    assert one != other
    assert all(ID.match(name) and name.startswith("sh.mood-calm-calm-") for name in (one, other))
    assert one[:-8] == other[:-8]


NAMES = st.sampled_from(["seed", "steps", "mood", "cfg_scale", "model"])
#: without `.` and `_`, with which a text could read like the next axis
TEXTS = st.text(alphabet="aBc1 +-/:é夜\n", max_size=150)
VALUES = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS | st.booleans()
#: distinct as the loader finds them: 5 and 5.0 are one value
LISTS = st.lists(VALUES, min_size=1, max_size=5, unique_by=lambda value: (isinstance(value, bool), value))


@st.composite
def all_axes(draw):
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    matrix = [an_axis(name, *draw(LISTS)) for name in names[: draw(st.integers(0, len(names)))]]
    length = draw(st.integers(1, 4))
    width = st.lists(VALUES, min_size=length, max_size=length, unique_by=lambda value: (isinstance(value, bool), value))
    zipped = [an_axis(name, *draw(width)) for name in names[len(matrix) :]]
    return Axes(matrix=tuple(matrix), zipped=tuple(zipped))


@settings(deadline=None)
@given(all_axes(), st.booleans())
def test_every_combination_is_there_once_under_a_legal_id_of_its_own(axes, stands_in_the_id):
    made = list(axes.combinations())
    assert len(made) == len(set(made)) == axes.count
    assert made == sorted(made)
    for axis, positions in zip(axes.all, zip(*made, strict=True), strict=False):
        assert set(positions) == set(range(len(axis.values)))
    template = "sh" + "".join(f"_${{{axis.name}}}" for axis in axes.all if stands_in_the_id)
    names = ids(template, axes)
    assert all(ID.match(name) for name in names)
    assert len({name.casefold() for name in names}) == len(made)
    assert names == ids(template, axes)
