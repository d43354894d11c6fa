"""How much the axes of a project would make is known before any of it is made."""

import pytest

from render.manifest.amount import MAX_TASKS, are_too_many
from render.manifest.findings import Findings
from render.manifest.overrides import read_overrides
from render.yaml_source import parse_source


def told(*shots, variables=(), params=()):
    """What is told of entries of `shots`: whether they are too many, and the numbers of those that it is told of."""
    source = parse_source(b"version: 1\n", file="a.shots.yaml")
    findings = Findings(source)
    entries = [(("shots", number), shot) for number, shot in enumerate(shots)]
    too_many = are_too_many(entries, read_overrides(variables, params), findings)
    return too_many, [number for number in range(len(shots)) if findings.is_missing_told(("shots", number))]


FULL = {"id": "a", "matrix": {"seed": {"from": 1, "to": 10_000}}}


def test_a_hundred_thousand_tasks_are_not_too_many_and_one_more_is():
    assert MAX_TASKS == 100_000
    assert told(*[FULL] * 10) == (False, [])
    assert told(*[FULL] * 10, {"id": "b", "zip": {"seed": [1]}}, FULL) == (True, [10])


def test_shots_without_axes_are_not_counted():
    assert told(*[FULL] * 10, {"id": "b", "takes": 99}) == (False, [])


def test_takes_multiply_and_axes_of_zip_go_in_step():
    in_step = {"id": "a", "takes": 50, "zip": {"steps": {"from": 1, "to": 50}, "duration": [5] * 50}}
    assert told(*[in_step] * 40) == (False, [])
    assert told(*[in_step] * 41) == (True, [40])


def test_an_axis_that_the_command_line_sets_has_one_value():
    of_a_variable = {"id": "a", "matrix": {"place": [str(number) for number in range(10_000)]}}
    assert told(*[FULL] * 11, params=["seed=7"]) == (False, [])
    assert told(*[of_a_variable] * 11, variables=["place=lake"]) == (False, [])
    assert told(*[of_a_variable] * 11, variables=["plaice=lake"]) == (True, [10])


def test_a_shot_that_is_too_much_by_itself_is_left_to_those_who_tell_of_it():
    endless = {"id": "a", "matrix": {"seed": {"from": 0, "to": 2**63 - 1}, "steps": {"from": 1, "to": 50}}}
    assert told(*[endless] * 100) == (False, [])


def test_many_values_in_step_are_too_many_values():
    wide = {"id": "a", "zip": {f"v{number}": {"from": 1, "to": 10_000} for number in range(20)}}
    assert told(*[wide] * 5) == (False, [])
    assert told(*[wide] * 6) == (True, [5])


@pytest.mark.parametrize(
    "axes", [None, [], "seed", {"seed": None}, {"seed": 5}, {"seed": {}}, {"seed": {"from": "a", "to": True}}]
)
def test_axes_that_are_none_are_no_crash_and_count_for_nothing(axes):
    assert told({"id": "a", "matrix": axes, "zip": axes, "takes": "two"}) == (False, [])
