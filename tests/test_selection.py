import pytest

from render.errors import UsageError
from render.plan import plan
from render.records import Action, Status
from render.selection import Selection, select
from tests.builders import LANES, SPECS, a_snapshot, a_task, an_artifact, an_attempt

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
