import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.records import Action, Failure, Obstacle, Plan, Status, Summary
from render.report.palette import Palette
from render.report.plan import plan_json
from render.report.problems import problems_json
from render.report.status import rest_of, status_json, status_text
from render.report.summary import summary_json
from render.runner.job import Job, Outcome
from render.runner.tally import Ending, summarise
from render.wish import Problem
from tests.builders import a_planned, a_task, an_attempt

MOVING = (Status.PREPARED, Status.SUBMITTED, Status.RENDERED)


def test_the_shape_of_problems():
    problem = Problem(file="a.shots.yaml", line=3, column=5, rule="range", message="too small", hint="at least 1")
    assert problems_json([problem]) == {
        "problems": [
            {
                "file": "a.shots.yaml",
                "line": 3,
                "column": 5,
                "severity": "error",
                "rule": "R012",
                "name": "range",
                "message": "too small",
                "hint": "at least 1",
            }
        ]
    }


def test_the_shape_of_a_plan():
    shape = plan_json(Plan(tasks=(a_planned(), a_planned(action=Action.SKIP, reason="up to date"))))
    assert shape["tasks"][0] == {
        "key": "sq010.t01",
        "shot": "sq010",
        "model": "acme:film@1",
        "lane": "ours",
        "action": "submit",
        "reason": "new",
        "path": "sq010/sq010_t01.mp4",
    }
    assert shape["totals"] == {"submit": 1, "skip": 1}
    assert list(shape) == ["tasks", "totals"]
    assert json.loads(json.dumps(shape)) == shape


def test_the_shape_of_a_summary():
    summary = Summary(
        tasks=2, saved=1, failed=1, requests=5, cost_usd=0.5, failures=(Failure(key="a", kind="b", message="c"),)
    )
    assert list(summary_json(summary).items()) == [
        ("tasks", 2),
        ("saved", 1),
        ("skipped", 0),
        ("failed", 1),
        ("left", 0),
        ("ambiguous", 0),
        ("held", 0),
        ("parked", 0),
        ("lost", 0),
        ("requests", 5),
        ("cost_usd", 0.5),
        ("committed_usd", 0.0),
        ("reserved_usd", 0.0),
        ("budget_usd", None),
        ("unpriced", []),
        ("failures", [{"key": "a", "kind": "b", "message": "c"}]),
    ]


def test_the_shape_of_a_status():
    saved = a_planned(attempt=an_attempt(remote_id="r-1", cost_usd=0.25, seed=7), action=Action.SKIP)
    assert status_json(Plan(tasks=(saved, a_planned())), is_running=False) == {
        "tasks": [
            {
                "key": "sq010.t01",
                "lane": "ours",
                "status": "saved",
                "rests": None,
                "path": "sq010/sq010_t01.mp4",
                "is_here": True,
                "in_the_way": None,
                "remote_id": "r-1",
                "cost_usd": 0.25,
                "seed": 7,
            },
            {
                "key": "sq010.t01",
                "lane": "ours",
                "status": "new",
                "rests": None,
                "path": "sq010/sq010_t01.mp4",
                "is_here": False,
                "in_the_way": None,
                "remote_id": None,
                "cost_usd": None,
                "seed": None,
            },
        ]
    }


def test_an_id_that_is_not_known_yet_is_null():
    prepared = a_planned(attempt=an_attempt(status=Status.PREPARED, remote_id=""), action=Action.RECOVER)
    assert status_json(Plan(tasks=(prepared,)), is_running=True)["tasks"][0]["remote_id"] is None


@pytest.mark.parametrize(
    ("status", "action", "error_kind", "resting", "running"),
    [
        (Status.PREPARED, Action.RECOVER, "", "parked", None),
        (Status.PREPARED, Action.HOLD, "", "ambiguous", None),
        (Status.SUBMITTED, Action.POLL, "", "parked", None),
        (Status.RENDERED, Action.DOWNLOAD, "", "parked", None),
        (Status.RENDERED, Action.DOWNLOAD, "held", "held", "held"),
        (Status.SAVED, Action.SKIP, "", None, None),
        (Status.SAVED, Action.DOWNLOAD, "", None, None),
        (Status.SAVED, Action.PLACE, "", None, None),
        (Status.FAILED, Action.SUBMIT, "transient", None, None),
        (Status.FAILED, Action.LEAVE, "rejected", None, None),
        (Status.ABANDONED, Action.SUBMIT, "", None, None),
        (Status.LOST, Action.LEAVE, "", None, None),
    ],
)
def test_why_a_task_rests(*, status, action, error_kind, resting, running):
    planned = a_planned(attempt=an_attempt(status=status, error_kind=error_kind), action=action)
    assert rest_of(planned, is_running=False) == resting
    assert rest_of(planned, is_running=True) == running


@pytest.mark.parametrize("status", MOVING)
@pytest.mark.parametrize("action", Action)
def test_while_a_run_is_going_on_nothing_is_parked(status, action):
    planned = a_planned(attempt=an_attempt(status=status), action=action)
    assert rest_of(planned, is_running=True) is None


def test_a_task_without_an_attempt_does_not_rest():
    assert rest_of(a_planned(), is_running=False) is None


JOBS = st.builds(
    lambda outcome, status, ids_are_ours, cost: Job(
        planned=a_planned(task=a_task()),
        attempt=None if status is None else an_attempt(status=status),
        ids_are_ours=ids_are_ours,
        outcome=outcome,
        cost_usd=cost,
    ),
    st.none() | st.sampled_from(list(Outcome)),
    st.none() | st.sampled_from(list(Status)),
    st.booleans(),
    st.none() | st.floats(0, 10),
)


@given(jobs=st.lists(JOBS, max_size=30), signal=st.sampled_from([0, 130, 143]))
def test_the_counts_of_a_summary_add_up_to_its_tasks(jobs, signal):
    summary = summarise(jobs, Ending(signal_status=signal))
    counts = [getattr(summary, outcome.value) for outcome in Outcome]
    assert sum(counts) == summary.tasks == len(jobs)
    assert set(summary_json(summary)) == set(asdict(summary)) - {"exit_status"}
    assert json.loads(json.dumps(summary_json(summary))) == summary_json(summary)


def test_a_saved_file_that_is_not_here_does_not_count_as_here():
    obstacle = Obstacle(what="a folder", path="sq010/sq010_t01.mp4")
    above = Obstacle(what="a symbolic link", path="sq010")
    gone = a_planned(attempt=an_attempt(), action=Action.DOWNLOAD)
    tasks = (gone, replace(gone, obstacle=obstacle), replace(gone, obstacle=above), replace(gone, action=Action.SKIP))
    plan = Plan(tasks=tasks)
    told = [(task["is_here"], task["in_the_way"]) for task in status_json(plan, is_running=False)["tasks"]]
    assert told == [
        (False, None),
        (False, "a folder at sq010/sq010_t01.mp4"),
        (False, "a symbolic link at sq010"),
        (True, None),
    ]
    lines = status_text(plan, Palette(has_colour=False), is_running=False, width=200).splitlines()
    for line, words in zip(lines, ("missing", "a folder in its place", "a symbolic link at sq010", ""), strict=False):
        assert line.removeprefix("sq010.t01  saved").removesuffix("sq010/sq010_t01.mp4").strip() == words
    assert lines[-1].startswith("1 of 4 saved, 3 saved before and not here, ")
