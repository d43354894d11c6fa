"""A few of the kills, and what the judge of all of them can see."""

import shutil

import pytest

from render.records import Status
from tests.prove.kills import STEPS, TRANSITIONS, killed_by_the_server, killed_by_themselves
from tests.prove.process.project import Project
from tests.prove.process.scenarios import BOTH, FORGOTTEN, INPUTS, STILL
from tests.prove.process.server import serving
from tests.prove.process.verdict import judge


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("prove") / "server") as running:
        yield running


@pytest.fixture
def rendered(server, tmp_path):
    """A project whose one still is in place."""
    project = Project(tmp_path / "project", mark=f"mark {tmp_path.name}")
    STILL.prepare(project, server)
    assert project.run(server).status == 0
    return project


def test_a_run_that_ends_at_a_transition_is_carried_on(tmp_path):
    names = {"write runware nothing -> prepared", "write aimlapi prepared -> submitted"}

    def choose(moments):
        return [moment for moment in moments if moment[0] in names and moment[1] == 1]

    outcomes = killed_by_themselves(BOTH, tmp_path, choose=choose)

    assert {(outcome.case.moment, outcome.was_killed) for outcome in outcomes} == {
        ((name, 1, side), True) for name in names for side in ("before", "after")
    }
    assert [outcome.verdict.breaches for outcome in outcomes] == [[]] * 4


@pytest.mark.parametrize("scenario", [INPUTS, FORGOTTEN], ids=lambda each: each.name)
def test_a_run_that_ends_at_a_step_of_an_upload_buys_nothing_twice(tmp_path, scenario):
    def choose(moments):
        return [moment for moment in moments if moment[0] in STEPS and moment[1] == 1]

    outcomes = killed_by_themselves(scenario, tmp_path, choose=choose)

    assert {(outcome.case.moment[0], outcome.was_killed) for outcome in outcomes} == {(name, True) for name in STEPS}
    assert [outcome.verdict.breaches for outcome in outcomes] == [[]] * 4


@pytest.mark.parametrize("event", ["runware.submit", "upload"])
def test_a_run_that_the_server_ends_at_a_request_is_carried_on(tmp_path, event):
    outcomes = killed_by_the_server(tmp_path, nths=(1,), events=(event,))

    assert [outcome.was_killed for outcome in outcomes] == [True] * 3
    assert [outcome.verdict.breaches for outcome in outcomes] == [[]] * 3


def test_every_status_but_a_persons_own_is_reached_by_a_transition():
    reached = {name.partition(" -> ")[2].split()[0] for name in TRANSITIONS}
    assert reached == {status.value for status in Status} - {"abandoned"}


def test_the_judge_is_content_with_a_finished_run(rendered, server):
    assert judge(STILL, rendered, server, rendered.run(server)).breaches == []


def test_the_judge_sees_a_second_purchase(rendered, server):
    shutil.rmtree(rendered.output)
    assert judge(STILL, rendered, server, rendered.run(server)).bought_twice == 1


def test_the_judge_sees_half_a_file(rendered, server):
    done = rendered.run(server)
    path = rendered.output / "lamp" / "lamp_t01.webp"
    path.write_bytes(path.read_bytes()[:-1000])

    verdict = judge(STILL, rendered, server, done)

    assert (verdict.half_files, verdict.lost) == (1, 1)


def test_the_judge_sees_a_purchase_that_nothing_tells_of(rendered, server):
    done = rendered.run(server)
    shutil.rmtree(rendered.output)
    assert judge(STILL, rendered, server, done).lost == 1
