"""Lanes by their names: what they are called in the environment, and which of them carries on a purchase."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.lanes import KINDS, LANE_NAME, LaneFacts, base_url_variable, carrier, counts, key_variable, stranded
from render.plan import plan
from render.providers import PROVIDERS
from render.records import Action, Status
from render.runner.prices import Account, Prices
from render.store.spelling import attempt_data, attempt_from
from tests.builders import ENDPOINT, MOMENT, SPECS, a_snapshot, a_task, an_artifact, an_attempt

OTHER = "https://garage.example.test/v1"
FACTS = LaneFacts(kind="ours", endpoint=ENDPOINT, ids_are_ours=True)
LANES = {
    "ours": FACTS,
    "studio": FACTS,
    "garage": replace(FACTS, endpoint=OTHER),
    "theirs": LaneFacts(kind="theirs", endpoint=ENDPOINT, ids_are_ours=False),
}


def through(lane, **changes):
    return an_attempt(lane=lane, **changes)


def test_the_kinds_are_the_providers():
    assert set(KINDS) == set(PROVIDERS)


@pytest.mark.parametrize("name", ["openai", "aws-secret", "runware-two"])
def test_a_name_in_a_manifest_cannot_lead_to_the_key_of_another_program(name):
    assert key_variable(name).startswith("RENDERLINE_")
    assert [key_variable(kind) for kind in KINDS] == ["AIMLAPI_API_KEY", "RUNWARE_API_KEY"]


@given(name=st.from_regex(LANE_NAME, fullmatch=True))
def test_every_name_of_a_lane_makes_variables_and_fits_a_record(name):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*_API_KEY", key_variable(name))
    assert base_url_variable(name) == key_variable(name).replace("_API_KEY", "_BASE_URL")
    attempt = through(name)
    assert attempt_from(attempt_data(attempt)) == attempt


def test_an_export_that_knows_no_lanes_means_those_of_the_providers():
    data = attempt_data(through("ours"))
    del data["lane"]
    assert attempt_from(data) == through("ours")


@pytest.mark.parametrize(
    ("attempt", "instead", "carried_by"),
    [
        (through("studio"), "", "studio"),
        (through("studio"), "ours", "studio"),
        (through("garage"), "", None),
        (through("garage"), "studio", "studio"),
        (through("garage", endpoint=OTHER), "studio", "garage"),
        (through("gone"), "", "ours"),
        (through("gone"), "studio", "studio"),
        (through("gone", endpoint=OTHER), "", "garage"),
        (through("gone", endpoint="https://nowhere.example.test"), "", None),
        (through("gone", provider="theirs"), "", "theirs"),
    ],
)
def test_a_purchase_is_carried_on_by_the_lane_that_made_it_or_one_that_leads_there(attempt, instead, carried_by):
    assert carrier(attempt, LANES, instead=instead) == carried_by


def test_what_counts_is_the_api_and_the_address_and_not_the_lane():
    assert counts(through("gone"), LANES.values())
    assert not counts(through("ours", endpoint="https://nowhere.example.test"), LANES.values())
    assert not counts(through("theirs", provider="theirs", endpoint=OTHER), LANES.values())


def test_what_no_lane_can_bring_home_is_named_once_a_lane():
    nowhere = {"endpoint": "https://nowhere.example.test", "status": Status.SUBMITTED}
    attempts = [through("gone", id=str(no), **nowhere) for no in range(3)]
    (told,) = stranded([*attempts, through("gone"), through("garage", **nowhere)], LANES)
    assert "the lane gone at https://nowhere.example.test is not finished (3, first sq010.t01)" in told


def planned(task, *attempts, artifacts=()):
    return plan([task], a_snapshot(attempts, artifacts), spec_of=SPECS.get, lanes=LANES).tasks


@pytest.mark.parametrize("lane", ["ours", "studio", "gone"])
def test_a_shot_that_moves_to_a_lane_with_the_same_address_is_not_bought_again(lane):
    saved = through(lane)
    (one,) = planned(a_task(lane="studio"), saved, artifacts=[an_artifact(saved)])
    assert one.action is Action.SKIP


@pytest.mark.parametrize("status", [Status.PREPARED, Status.SUBMITTED, Status.RENDERED])
def test_what_is_in_flight_is_carried_on_by_the_lane_that_bought_it(status):
    (one,) = planned(a_task(lane="studio"), through("ours", status=status))
    assert one.action is not Action.SUBMIT
    assert one.lane == "ours"


def test_what_a_lane_that_is_gone_bought_is_carried_on_by_that_of_the_task():
    (one,) = planned(a_task(lane="studio"), through("gone", status=Status.SUBMITTED))
    assert (one.action, one.lane, one.attempt.lane) == (Action.POLL, "studio", "studio")


def test_a_shot_that_moves_to_another_server_is_bought_there_and_what_is_in_flight_is_fetched():
    new, earlier = planned(a_task(lane="garage"), through("ours", status=Status.SUBMITTED))
    assert (new.action, new.lane) == (Action.SUBMIT, "garage")
    assert new.reason == f"new here: made before at {ENDPOINT}, which does not count"
    assert (earlier.action, earlier.lane) == (Action.POLL, "ours")
    assert earlier.task.path.startswith(".earlier/")


def test_moved_back_its_first_file_is_found_again():
    first = through("ours")
    second = through("garage", id="second", endpoint=OTHER)
    artifacts = [an_artifact(first, path=".earlier/a.mp4"), an_artifact(second)]
    (one,) = planned(a_task(lane="ours"), first, second, artifacts=artifacts)
    assert (one.action, one.attempt) == (Action.PLACE, first)


def test_a_purchase_goes_through_the_lane_of_the_task_whatever_failed_before():
    failed = through("ours", status=Status.FAILED, error_message="busy")
    (one,) = planned(a_task(lane="studio"), failed)
    assert (one.action, one.lane) == (Action.SUBMIT, "studio")


@pytest.mark.parametrize(("lane", "counted"), [("ours", 0), ("gone", 0), ("studio", 1)])
def test_a_lane_that_is_gone_charges_as_its_provider_does(lane, counted):
    accounts = {"ours": Account(failures_are_free=True), "studio": Account()}
    failed = through(lane, status=Status.FAILED, submitted_at=MOMENT, ceiling_usd=1.0)
    assert Prices(accounts, (), SPECS.get).committed(failed) == counted
