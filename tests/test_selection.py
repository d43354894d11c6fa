from dataclasses import replace

import pytest

from render.errors import UsageError
from render.plan import plan
from render.records import Action, Plan, Status
from render.selection import Selection, select, without_purchases
from tests.builders import ENDPOINT, LANES, SPECS, a_planned, a_snapshot, a_task, an_artifact, an_attempt

TASKS = [
    a_task(shot=shot, take=take, params={**a_task().params, "seed": seed})
    for seed, (shot, take) in enumerate(
        [("sq010_sh010", 1), ("sq010_sh010", 2), ("sq010_sh020", 1), ("sq020_sh010", 1)]
    )
]


def made(tasks=TASKS, attempts=(), artifacts=()):
    return plan(tasks, a_snapshot(attempts, artifacts), spec_of=SPECS.get, lanes=LANES)


def kept(*only, again=False, **record):
    return [one.task.key for one in select(made(**record), Selection(only=only, again=again)).tasks]


@pytest.mark.parametrize(
    ("only", "keys"),
    [
        ([], ["sq010_sh010.t01", "sq010_sh010.t02", "sq010_sh020.t01", "sq020_sh010.t01"]),
        (["sq010_sh010.t02"], ["sq010_sh010.t02"]),
        (["sq010_sh010"], ["sq010_sh010.t01", "sq010_sh010.t02"]),
        (["sq010_*"], ["sq010_sh010.t01", "sq010_sh010.t02", "sq010_sh020.t01"]),
        (["*.t02"], ["sq010_sh010.t02"]),
        (["sq0[12]0_sh010.t01"], ["sq010_sh010.t01", "sq020_sh010.t01"]),
        (["sq020_sh010", "sq010_sh020"], ["sq010_sh020.t01", "sq020_sh010.t01"]),
    ],
)
def test_keys_shots_and_patterns_select_in_the_order_of_the_manifest(only, keys):
    assert kept(*only) == keys


@pytest.mark.parametrize("pattern", ["sq010_sh01", "SQ010_SH010", "", "sq030_*"])
def test_a_name_that_is_nobodys_is_refused_with_the_nearest_one(pattern):
    with pytest.raises(UsageError, match="no task and no shot is called") as caught:
        kept("sq020_sh010", pattern)
    assert "sq0" in caught.value.hint


def test_nothing_can_be_selected_from_nothing():
    with pytest.raises(UsageError) as caught:
        kept("a", tasks=[])
    assert caught.value.hint == "no shot is enabled"


def test_everything_is_decided_before_anything_is_left_out():
    renamed = an_attempt(TASKS[0], task_key="old.t01", shot="old")
    assert [
        one.action.value
        for one in select(made(attempts=[renamed], artifacts=[an_artifact(renamed)]), Selection(only=("*.t01",))).tasks
    ][:1] == ["place"]


def test_an_earlier_purchase_belongs_to_a_narrowed_run_only_where_it_is_named():
    gone = an_attempt(a_task(shot="gone"), status=Status.SUBMITTED)
    assert kept("sq020_sh010", attempts=[gone]) == ["sq020_sh010.t01"]
    assert kept("gone.t01", attempts=[gone]) == ["gone.t01"]


def once_more(*attempts, task=TASKS[0], artifacts=()):
    return select(made(attempts=attempts, artifacts=artifacts), Selection(only=(task.key,), again=True)).tasks


@pytest.mark.parametrize("status", [Status.SAVED, Status.LOST, Status.FAILED, Status.ABANDONED])
def test_what_has_ended_is_bought_once_more_under_the_next_number(status):
    attempt = an_attempt(TASKS[0], status=status, is_final=True)
    (one,) = once_more(attempt, artifacts=[an_artifact(attempt)] if status is Status.SAVED else [])
    assert (one.action, one.next_number) == (Action.SUBMIT, 2)
    assert one.reason.startswith("once more, on purpose; until now: ")


def test_what_was_never_bought_is_bought_once():
    (one,) = once_more()
    assert (one.action, one.reason, one.next_number) == (Action.SUBMIT, "new", 1)


@pytest.mark.parametrize("status", [Status.PREPARED, Status.SUBMITTED, Status.RENDERED])
def test_what_is_on_its_way_is_not_bought_once_more(status):
    with pytest.raises(UsageError, match=r"sq010_sh010\.t01 is on its way") as caught:
        once_more(an_attempt(TASKS[0], status=status))
    assert "let a run bring it home" in caught.value.hint


@pytest.mark.parametrize("provider", ["theirs", "logged"])
def test_what_is_ambiguous_is_not_bought_once_more(provider):
    spec = next(spec for spec in SPECS.values() if spec.provider == provider)
    task = a_task(provider=provider, model=spec.id)
    attempt = an_attempt(task, status=Status.PREPARED)
    with pytest.raises(UsageError, match="is ambiguous") as caught:
        select(made([task], [attempt]), Selection(only=(task.key,), again=True))
    assert "render resolve sq010.t01 --adopt ID" in caught.value.hint


def test_other_content_on_its_way_under_the_same_key_is_no_hindrance():
    old = an_attempt(a_task(shot="sq010_sh010", params={"prompt": "rain"}), status=Status.SUBMITTED)
    new, earlier = once_more(old)
    assert (new.action, earlier.action) == (Action.SUBMIT, Action.POLL)


def test_buying_everything_once_more_is_refused():
    with pytest.raises(UsageError, match="--again needs --only"):
        Selection(again=True)


BUYING = {Action.SUBMIT, Action.RECOVER}


def brought_home(attempts=(), artifacts=(), *, tasks=TASKS[:1], lost=(), endpoint=ENDPOINT):
    """What is left to do when nothing may be bought; files of the attempts in `lost` are gone."""
    gone = {artifact.path for artifact in artifacts if artifact.attempt_id in lost}
    snapshot = a_snapshot(attempts, artifacts)
    snapshot = replace(snapshot, present=snapshot.present - gone)
    made = plan(tasks, snapshot, spec_of=SPECS.get, lanes=LANES)
    return without_purchases(made, snapshot, endpoints=dict.fromkeys(LANES, endpoint)).tasks


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("provider", LANES)
def test_whatever_is_recorded_nothing_is_bought(status, provider):
    task = replace(TASKS[0], provider=provider)
    kept = brought_home([an_attempt(task, status=status, provider=provider)], tasks=[task, TASKS[1]])
    assert not {planned.action for planned in kept} & BUYING
    assert [planned.task.key for planned in kept] in ([], [task.key])


@pytest.mark.parametrize("action", Action)
def test_no_action_leads_to_a_purchase(action):
    attempt = an_attempt(status=Status.LOST)
    made = Plan(tasks=(a_planned(action=action, attempt=attempt),))
    kept = without_purchases(made, a_snapshot([attempt]), endpoints={}).tasks
    assert not {planned.action for planned in kept} & BUYING
    assert len(kept) == (action is not Action.SUBMIT)


def test_what_may_have_been_sent_is_asked_about():
    (planned,) = brought_home([an_attempt(TASKS[0], status=Status.PREPARED)])
    assert planned.action is Action.POLL


def test_what_was_refused_or_given_up_is_no_concern_of_it():
    refused = an_attempt(TASKS[0], status=Status.FAILED, is_final=True)
    assert brought_home([refused]) == ()
    assert brought_home([replace(refused, status=Status.ABANDONED)]) == ()
    (lost,) = brought_home([replace(refused, status=Status.LOST)])
    assert lost.action is Action.LEAVE


def test_a_missing_file_that_no_task_asks_for_is_fetched_to_where_earlier_ones_are():
    old = an_attempt(TASKS[1])
    (planned,) = brought_home([old], [an_artifact(old)], lost={old.id})
    assert planned.action is Action.DOWNLOAD
    assert planned.task.path == f".earlier/sq010_sh010/sq010_sh010_t02.{old.fingerprint[:8]}.mp4"
    kept = an_artifact(old, path=planned.task.path)
    assert brought_home([old], [kept], lost={old.id})[0].task.path == kept.path


def test_a_file_that_is_there_or_was_made_at_another_server_is_left_alone():
    old = an_attempt(TASKS[1])
    assert brought_home([old], [an_artifact(old)]) == ()
    assert brought_home([old], [an_artifact(old)], lost={old.id}, endpoint="https://other.example.test") == ()
