"""The power-loss model on one short run: nothing is lost with all syncs, and something is without any one of them."""

import pytest

from tests.prove.powerloss import SYNCS, recorded
from tests.prove.powerloss.damage import spoil_all
from tests.prove.powerloss.disk import crash_states
from tests.prove.powerloss.recovery import bench
from tests.prove.process.scenarios import STILL
from tests.prove.process.server import serving


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    with serving(folder / "server") as server:
        return recorded(STILL, server, folder / "still")


@pytest.fixture
def breaches(recording, tmp_path):
    judge_of = bench(recording.record, recording.project.manifest)

    def found(*, without=""):
        states = crash_states(recording.record, without=without)
        return [f"{state.name}: {each}" for state in states for each in judge_of.breaches(state, tmp_path / "crash")]

    return found


def test_power_may_go_between_any_two_operations(breaches):
    assert breaches() == []


@pytest.mark.parametrize("sync", SYNCS)
def test_no_sync_can_be_left_out_unseen(breaches, sync):
    assert breaches(without=sync) != []


def test_a_run_that_was_cut_after_its_purchase_has_that_in_its_record(recording):
    cut = [state for state in crash_states(recording.record) if state.purchases]
    assert cut
    assert all(state.commit and state.acknowledged for state in cut)


def test_a_spoilt_database_is_refused_or_an_honest_prefix(tmp_path):
    found = spoil_all(tmp_path / "damage", tries=8)

    assert found.breaches == []
    assert found.became["changed"] == 0
    assert min(found.became["refused"], found.became["prefixes"]) > 0
