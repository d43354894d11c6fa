from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.catalog.fit import is_multiple, is_of_kind, misfit, nearest_values
from render.catalog.spec import Kind, Param

WIDTH = Param(name="width", wire="width", kind=Kind.INTEGER, allowed=(512, 640, 672, 768), unit="px")
CFG = Param(name="cfg_scale", wire="CFGScale", kind=Kind.NUMBER, minimum=1, maximum=7, step="0.01")
PROMPT = Param(name="prompt", wire="positivePrompt", kind=Kind.STRING, min_length=2, max_length=10)


@given(st.integers(min_value=-(10**9), max_value=10**9), st.sampled_from(["0.01", "0.1", "0.25", "8", "16"]))
def test_every_written_multiple_of_a_step_is_one(count, step):
    assert is_multiple(float(Decimal(step) * count), step=step)


@given(st.decimals(min_value=-1000, max_value=1000, places=4), st.sampled_from(["0.01", "0.1", "0.25"]))
def test_a_multiple_is_what_exact_decimals_say_it_is(value, step):
    assert is_multiple(float(value), step=step) is (value % Decimal(step) == 0)


@pytest.mark.parametrize("value", [1.005, 4.3499999999, 1.0000000000000002, 0.001])
def test_a_finer_decimal_is_no_multiple_of_a_hundredth(value):
    assert not is_multiple(value, step="0.01")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.INTEGER, 1.0),
        (Kind.INTEGER, True),
        (Kind.INTEGER, "1"),
        (Kind.NUMBER, float("nan")),
        (Kind.NUMBER, float("inf")),
        (Kind.NUMBER, False),
        (Kind.BOOLEAN, 1),
        (Kind.STRING, 5),
        (Kind.OBJECT, []),
        (Kind.LIST, {}),
        (Kind.STRING, None),
    ],
)
def test_a_value_of_another_sort_is_refused(kind, value):
    assert not is_of_kind(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.INTEGER, 1),
        (Kind.NUMBER, 1),
        (Kind.NUMBER, 1.5),
        (Kind.BOOLEAN, False),
        (Kind.STRING, ""),
        (Kind.LIST, []),
    ],
)
def test_a_value_of_the_sort_is_taken(kind, value):
    assert is_of_kind(kind, value)


@pytest.mark.parametrize(
    ("param", "value", "words"),
    [
        (WIDTH, 656, "656 is not allowed; nearest: 640, 672"),
        (WIDTH, 2000, "2000 is not allowed; nearest: 768"),
        (WIDTH, 640.0, "640.0 is not a whole number without a decimal point"),
        (CFG, 0.5, "0.5 is below the least value, 1"),
        (CFG, 7.01, "7.01 is above the greatest value, 7"),
        (CFG, 1.005, "1.005 is not a multiple of 0.01; nearest: 1, 1.01"),
        (PROMPT, "x", "a length of 1 is too short; at least 2 characters"),
        (PROMPT, "x" * 11, "a length of 11 is too long; at most 10 characters"),
        (CFG, "five", "`five` is not a number"),
        (WIDTH, 640, ""),
        (CFG, 4.35, ""),
        (PROMPT, "é" * 10, ""),
    ],
)
def test_a_misfit_is_worded_with_what_would_do(param, value, words):
    assert misfit(param, value) == words


def test_the_nearest_values_stand_on_both_sides():
    assert nearest_values(WIDTH, 656) == (640, 672)
    assert nearest_values(WIDTH, 1) == (512,)
