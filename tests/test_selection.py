from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.conditions import Known
from render.errors import UsageError
from render.plan import plan
from render.records import Action, Plan, Status
from render.selection import Counted, Selection, Shard, limited, select
from render.unbought import with_missing_files, with_recorded_files, without_purchases
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


def test_the_id_of_a_shot_with_axes_is_told_with_the_pattern_for_all_it_makes():
    tasks = [a_task(shot=f"sweep.seed-{seed}", params={**a_task().params, "seed": seed}) for seed in (1, 2)]
    with pytest.raises(UsageError, match="no task and no shot is called sweep") as caught:
        kept("sweep", tasks=tasks)
    assert caught.value.hint == "its axes make 2 shots of it; `--only 'sweep.*'` names them all"
    assert kept("sweep.*", tasks=tasks) == ["sweep.seed-1.t01", "sweep.seed-2.t01"]


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
        select(made(), Selection(again=True, tags=("hero",)))


BUYING = {Action.SUBMIT, Action.RECOVER}


def brought_home(attempts=(), artifacts=(), *, tasks=TASKS[:1], lost=(), endpoint=ENDPOINT):
    """What is left to do when nothing may be bought; files of the attempts in `lost` are gone."""
    gone = {artifact.path for artifact in artifacts if artifact.attempt_id in lost}
    snapshot = a_snapshot(attempts, artifacts)
    snapshot = replace(snapshot, present=snapshot.present - gone)
    made = plan(tasks, snapshot, spec_of=SPECS.get, lanes=LANES)
    lanes = {name: replace(facts, endpoint=endpoint) for name, facts in LANES.items()}
    made = with_missing_files(made, snapshot, lanes=lanes)
    return without_purchases(made).tasks


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("provider", LANES)
def test_whatever_is_recorded_nothing_is_bought(status, provider):
    task = replace(TASKS[0], provider=provider, lane=provider)
    kept = brought_home([an_attempt(task, status=status, provider=provider)], tasks=[task, TASKS[1]])
    assert not {planned.action for planned in kept} & BUYING
    assert [planned.task.key for planned in kept] in ([], [task.key])


@pytest.mark.parametrize("action", Action)
def test_no_action_leads_to_a_purchase(action):
    attempt = an_attempt(status=Status.LOST)
    made = Plan(tasks=(a_planned(action=action, attempt=attempt),))
    kept = without_purchases(made).tasks
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


TAGGED = [
    a_task(shot="train", tags=("hero", "night"), params={"prompt": "a train"}),
    a_task(shot="fog", tags=("wip",), params={"prompt": "fog"}),
    a_task(shot="lamp", provider="theirs", model="acme/film", tags=("hero",), params={"prompt": "a lamp"}),
    a_task(shot="moth", params={"prompt": "a moth"}),
]
ALIASES = {"film": "acme:film@1", "their-film": "acme/film", "logged-film": "acme/logged"}


def chosen(*attempts, tasks=TAGGED, **conditions):
    known = Known(aliases=ALIASES, attempts=attempts)
    return [one.task.shot for one in select(made(tasks, attempts), Selection(**conditions), known).tasks]


@pytest.mark.parametrize(
    ("conditions", "shots"),
    [
        ({"tags": ("hero",)}, ["train", "lamp"]),
        ({"tags": ("wip", "night")}, ["train", "fog"]),
        ({"not_tags": ("wip",)}, ["train", "lamp", "moth"]),
        ({"not_tags": ("not-used-yet",)}, ["train", "fog", "lamp", "moth"]),
        ({"tags": ("hero",), "not_tags": ("night",)}, ["lamp"]),
        ({"models": ("film",)}, ["train", "fog", "moth"]),
        ({"models": ("acme/film",)}, ["lamp"]),
        ({"models": ("film", "their-film")}, ["train", "fog", "lamp", "moth"]),
        ({"providers": ("theirs",)}, ["lamp"]),
        ({"only": ("*m*",), "tags": ("hero",), "providers": ("theirs",)}, ["lamp"]),
    ],
)
def test_a_task_is_kept_where_every_condition_holds_and_any_of_its_values(conditions, shots):
    assert chosen(**conditions) == shots


@pytest.mark.parametrize(
    ("conditions", "message", "hint"),
    [
        ({"tags": ("heor",)}, "--tag: no task has the tag heor", "did you mean hero?"),
        ({"tags": ("hero", "Wip")}, "--tag: no task has the tag Wip", "did you mean wip?"),
        ({"not_tags": ("wpi",)}, "--not-tag: no task has the tag wpi", "did you mean wip?"),
        ({"models": ("flim",)}, "--model: no task is of the model flim", "did you mean film?"),
        ({"models": ("logged-film",)}, "--model: no task is of the model logged-film", "did you mean their-film?"),
        ({"providers": ("their",)}, "--provider: no task is for their", "did you mean theirs?"),
        ({"only": ("fgo",), "tags": ("hero",)}, "no task and no shot is called fgo", "did you mean fog?"),
    ],
)
def test_a_name_that_is_on_no_task_is_refused_whatever_else_is_asked(conditions, message, hint):
    with pytest.raises(UsageError) as caught:
        chosen(**conditions)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("conditions", "message", "hint"),
    [
        (
            {"only": ("moth", "fog"), "tags": ("hero",)},
            "--tag hero leaves none of the 2 tasks that --only moth --only fog left",
            "they are tagged wip",
        ),
        ({"only": ("moth",), "tags": ("hero",)}, "--tag hero leaves none of the one task", "they have no tags"),
        (
            {"tags": ("hero",), "not_tags": ("night", "hero")},
            "--not-tag night --not-tag hero leaves none of the 2 tasks that --tag hero left",
            "they are tagged hero, night",
        ),
        ({"tags": ("wip",), "models": ("their-film",)}, "--model their-film leaves none", "they are of acme:film@1"),
        ({"tags": ("wip",), "providers": ("theirs",)}, "--provider theirs leaves none", "they are for ours"),
        ({"failed": True}, "--failed leaves none of the 4 tasks", "nothing of them failed"),
    ],
)
def test_a_selection_of_nothing_names_the_condition_that_emptied_it(conditions, message, hint):
    with pytest.raises(UsageError) as caught:
        chosen(**conditions)
    assert caught.value.message.startswith(f"nothing is selected: {message}")
    assert caught.value.hint.startswith(hint)


def test_nothing_can_have_failed_where_there_is_no_task():
    with pytest.raises(UsageError, match="there is no task"):
        chosen(tasks=[], failed=True)


@pytest.mark.parametrize(
    ("changes", "is_chosen"),
    [
        ({"status": Status.FAILED}, True),
        ({"status": Status.FAILED, "is_final": True}, True),
        ({"status": Status.LOST}, True),
        ({"status": Status.RENDERED, "error_kind": "held"}, True),
        ({"status": Status.RENDERED}, False),
        ({"status": Status.SUBMITTED}, False),
        ({"status": Status.ABANDONED}, False),
    ],
)
def test_failed_means_refused_lost_or_held(changes, is_chosen):
    known_bad = an_attempt(TAGGED[3], status=Status.FAILED)
    attempts = [an_attempt(TAGGED[0], **changes), known_bad]
    assert chosen(*attempts, failed=True) == (["train", "moth"] if is_chosen else ["moth"])


def test_what_failed_and_was_edited_since_still_counts_until_it_is_saved():
    old = an_attempt(a_task(shot="moth", params={"prompt": "a month"}), status=Status.FAILED, is_final=True)
    assert chosen(old, failed=True) == ["moth"]
    with pytest.raises(UsageError, match="--failed leaves none"):
        chosen(old, an_attempt(TAGGED[3], id="second"), failed=True)


def test_an_earlier_purchase_has_no_tags():
    gone = an_attempt(a_task(shot="gone"), status=Status.SUBMITTED)
    assert chosen(gone, tags=("hero",)) == ["train", "lamp"]
    assert chosen(gone, not_tags=("hero",)) == ["fog", "moth", "gone"]


KEYS = st.lists(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,12}\.t[0-9]{2}", fullmatch=True), unique=True, max_size=60)


@given(keys=KEYS, count=st.integers(1, 12))
def test_shards_are_disjoint_and_complete(keys, count):
    shards = [{key for key in keys if Shard(index=n, count=count).holds(key)} for n in range(1, count + 1)]
    assert sorted(key for shard in shards for key in shard) == sorted(keys)


@given(keys=KEYS, count=st.integers(1, 12), data=st.data())
def test_the_shard_of_a_task_does_not_depend_on_its_place_or_on_other_tasks(keys, count, data):
    index = data.draw(st.integers(1, count))
    others = data.draw(st.permutations(keys))
    some = others[: data.draw(st.integers(0, len(others)))]

    def shard(of):
        tasks = [a_task(shot=key.rpartition(".t")[0], key=key) for key in of]
        plan = Plan(tasks=tuple(a_planned(task=task) for task in tasks))
        return {one.task.key for one in select(plan, Selection(shard=Shard(index=index, count=count))).tasks}

    assert shard(some) == shard(keys) & set(some)


@pytest.mark.parametrize(
    ("key", "index"), [("sq010_sh010.t01", 3), ("sq010_sh010.t02", 2), ("poster.t01", 3), ("plate.seed-1.t01", 2)]
)
def test_the_shard_of_a_key_is_the_same_in_every_version(key, index):
    assert [n for n in (1, 2, 3) if Shard(index=n, count=3).holds(key)] == [index]


def test_an_empty_shard_is_no_mistake():
    empty = next(n for n in range(1, 100) if not any(Shard(index=n, count=99).holds(f"{s.key}") for s in TAGGED))
    assert chosen(shard=Shard(index=empty, count=99)) == []


ACTIONS = [Action.SUBMIT, Action.POLL, Action.SKIP, Action.RECOVER, Action.LEAVE, Action.DOWNLOAD, Action.SUBMIT]


@pytest.mark.parametrize(
    ("counted", "limit", "kept"),
    [
        (Counted.PURCHASES, 1, [0, 1, 2, 4, 5]),
        (Counted.PURCHASES, 2, [0, 1, 2, 3, 4, 5]),
        (Counted.PURCHASES, 9, [0, 1, 2, 3, 4, 5, 6]),
        (Counted.WORK, 2, [0, 1, 2, 4]),
        (Counted.TASKS, 3, [0, 1, 2]),
    ],
)
def test_a_limit_keeps_the_first_of_what_it_counts_and_all_that_it_does_not(counted, limit, kept):
    tasks = [a_planned(task=a_task(shot=f"s{n}"), action=action) for n, action in enumerate(ACTIONS)]
    left = limited(Plan(tasks=tuple(tasks)), Selection(limit=limit, counted=counted))
    assert [int(one.task.shot[1:]) for one in left.tasks] == kept
    assert left.unselected == len(ACTIONS) - len(kept)


def test_a_file_under_a_key_that_no_task_has_can_be_chosen_for_a_second_look():
    gone = an_attempt(a_task(shot="gone"))
    snapshot = a_snapshot([gone, an_attempt(TASKS[0])], [an_artifact(gone)])
    everything = with_recorded_files(made([TASKS[0]]), snapshot)
    assert [one.task.key for one in everything.tasks] == ["sq010_sh010.t01", "gone.t01"]


IN_LANES = [
    a_task(shot="train", params={"prompt": "a train"}),
    a_task(shot="fog", lane="studio", params={"prompt": "fog"}),
    a_task(shot="lamp", provider="theirs", model="acme/film", params={"prompt": "a lamp"}),
]


@pytest.mark.parametrize(
    ("name", "shots"), [("studio", ["fog"]), ("ours", ["train", "fog"]), ("theirs", ["lamp"])], ids=str
)
def test_a_provider_stands_for_all_its_lanes_and_a_lane_for_itself(name, shots):
    lanes = LANES | {"studio": LANES["ours"]}
    made_of_lanes = plan(IN_LANES, a_snapshot(()), spec_of=SPECS.get, lanes=lanes)
    kept = select(made_of_lanes, Selection(providers=(name,)), Known()).tasks
    assert [planned.task.shot for planned in kept] == shots
