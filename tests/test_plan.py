from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.catalog.spec import Kind, Param
from render.plan import plan
from render.records import Action, Obstacle, Status
from tests.builders import (
    ENDPOINT,
    LANES,
    SPEC,
    SPEC_OF_LOGGED,
    SPEC_OF_THEIRS,
    SPECS,
    STEPS,
    a_snapshot,
    a_spec,
    a_task,
    an_artifact,
    an_attempt,
)

FILES = ("present", "under another name", "gone", "never recorded")
ELSEWHERE = "https://other.example.test/v1"

#: what is done about a task's own attempt at this server; the row of `saved` depends on the file
OWN = {
    ("ours", Status.PREPARED): Action.RECOVER,
    ("theirs", Status.PREPARED): Action.HOLD,
    **{(ids, Status.SUBMITTED): Action.POLL for ids in LANES},
    **{(ids, Status.RENDERED): Action.DOWNLOAD for ids in LANES},
    ("logged", Status.PREPARED): Action.ADOPT,
    **{(ids, Status.LOST): Action.LEAVE for ids in LANES},
}
OWN_SAVED = dict(zip(FILES, (Action.SKIP, Action.PLACE, Action.DOWNLOAD, Action.DOWNLOAD), strict=True))


def planned(tasks, attempts=(), artifacts=(), specs=SPECS, **changes):
    snapshot = a_snapshot(attempts, artifacts, **changes)
    return plan(tasks, snapshot, spec_of=specs.get, lanes=LANES)


def actions(made):
    return [(one.task.key, one.action.value) for one in made.tasks]


def task_of(ids, **changes):
    spec = {"ours": SPEC, "theirs": SPEC_OF_THEIRS, "logged": SPEC_OF_LOGGED}[ids]
    return a_task(provider=ids, model=spec.id, **changes)


def expected(status, *, is_final, ids, file, is_renamed, is_elsewhere):
    if is_elsewhere:
        return Action.SUBMIT
    if status is Status.FAILED:
        return Action.LEAVE if is_final and not is_renamed else Action.SUBMIT
    if status in {Status.LOST, Status.ABANDONED} and file in {"present", "under another name"}:
        return Action.PLACE
    if status is Status.ABANDONED:
        return Action.LEAVE if is_final else Action.SUBMIT
    if status is Status.SAVED:
        return Action.PLACE if is_renamed and file == "present" else OWN_SAVED[file]
    return OWN[ids, status]


@pytest.mark.parametrize("status", Status)
def test_every_state_of_a_task_has_exactly_one_action(status):
    names = ("is_final", "ids", "file", "is_renamed", "is_elsewhere")
    for values in product((False, True), LANES, FILES, (False, True), (False, True)):
        assert_one_action(status, **dict(zip(names, values, strict=True)))


def assert_one_action(status, *, is_final, ids, file, is_renamed, is_elsewhere):
    task = task_of(ids)
    attempt = an_attempt(
        task,
        status=status,
        is_final=is_final,
        endpoint=ELSEWHERE if is_elsewhere else ENDPOINT,
        task_key="old.t01" if is_renamed else task.key,
    )
    path = "old/old.mp4" if file == "under another name" else task.path
    artifacts = [] if file == "never recorded" else [an_artifact(attempt, path=path)]
    present = {} if file != "gone" else {"present": frozenset()}
    made = planned([task], [attempt], artifacts, **present)
    wish = expected(status, is_final=is_final, ids=ids, file=file, is_renamed=is_renamed, is_elsewhere=is_elsewhere)
    assert actions(made) == [(task.key, wish.value)]
    assert made.tasks[0].reason
    is_void = status is Status.FAILED or (status is Status.ABANDONED and wish is Action.SUBMIT)
    assert (made.tasks[0].attempt is None) == (is_elsewhere or (is_renamed and is_void))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PREPARED, "may have been sent: send again under the same id"),
        (Status.SUBMITTED, "in flight when the last run stopped"),
        (Status.RENDERED, "made, not fetched"),
        (Status.SAVED, "file missing; fetched again, not bought again"),
        (Status.FAILED, "last attempt failed: no luck"),
        (Status.ABANDONED, "the last attempt was abandoned"),
        (Status.LOST, "paid and gone: no luck; decide with render resolve sq010.t01"),
    ],
)
def test_every_state_gives_its_reason(status, words):
    made = planned([a_task()], [an_attempt(status=status, error_message="no luck")])
    assert made.tasks[0].reason == words


def test_a_refused_task_says_why_and_what_to_do():
    made = planned([a_task()], [an_attempt(status=Status.FAILED, is_final=True, error_message="no faces")])
    assert made.tasks[0].reason == "refused: no faces; edit the shot, or render resolve sq010.t01 --retry"


def test_a_held_file_says_why_it_was_held():
    attempt = an_attempt(status=Status.RENDERED, error_kind="held", error_message="host not allowed")
    assert planned([a_task()], [attempt]).tasks[0].reason == (
        "made, not fetched; it was held: host not allowed; or take a copy with render resolve sq010.t01 --file F"
    )


def test_nothing_recorded_is_new_and_the_first_of_its_number():
    (one,) = planned([a_task()]).tasks
    assert (one.action, one.reason, one.attempt, one.next_number) == (Action.SUBMIT, "new", None, 1)


def test_the_number_goes_up_with_each_attempt_at_the_same_content():
    failed = [an_attempt(id=f"a{number}", number=number, status=Status.FAILED) for number in (1, 2)]
    assert planned([a_task()], failed).tasks[0].next_number == 3


def test_an_edit_starts_to_count_anew():
    before = an_attempt(a_task(params={"prompt": "rain"}), number=4)
    assert planned([a_task()], [before]).tasks[0].next_number == 1


def test_a_number_used_under_the_same_recorded_fingerprint_is_never_used_again():
    task = a_task(params={"prompt": "fog"})
    asked_for_50 = an_attempt(a_task(params={"prompt": "fog", "steps": 50}), number=1)
    default_is_30 = a_spec(params=tuple(replace(p, default=30) if p is STEPS else p for p in SPEC.params))
    (one,) = planned([task], [asked_for_50], specs={default_is_30.id: default_is_30}).tasks
    assert one.fingerprint == asked_for_50.fingerprint
    assert (one.action, one.reason, one.next_number) == (Action.SUBMIT, "steps 50 -> 30", 2)


def test_a_rename_buys_nothing_whatever_the_state():
    task = a_task(shot="new")
    for status, action in (
        (Status.SAVED, "place"),
        (Status.SUBMITTED, "poll"),
        (Status.RENDERED, "download"),
        (Status.PREPARED, "recover"),
    ):
        before = an_attempt(a_task(shot="old"), status=status)
        made = planned([task], [before], [an_artifact(before)])
        assert actions(made) == [("new.t01", action)]
        assert made.tasks[0].attempt == before
        assert "old" in made.tasks[0].reason


def test_a_renamed_file_that_is_missing_is_fetched_under_the_new_name():
    made = planned([a_task(shot="new")], [an_attempt(a_task(shot="old"))])
    assert actions(made) == [("new.t01", "download")]
    assert made.tasks[0].reason == "file missing; fetched again, not bought again; was old.t01"


def test_each_orphan_is_claimed_once():
    before = an_attempt(a_task(shot="old"))
    made = planned([a_task(shot="one"), a_task(shot="two")], [before], [an_artifact(before)])
    assert actions(made) == [("one.t01", "place"), ("two.t01", "submit")]


def test_two_renamed_shots_of_equal_content_take_an_orphan_each():
    before = [an_attempt(a_task(shot=shot)) for shot in ("old", "older")]
    made = planned([a_task(shot="one"), a_task(shot="two")], before, map(an_artifact, before))
    assert [action for _, action in actions(made)] == ["place", "place"]
    assert {one.attempt.id for one in made.tasks} == {attempt.id for attempt in before}


def test_a_rename_takes_the_orphan_that_has_come_furthest():
    task = a_task(shot="new")
    orphans = [
        an_attempt(a_task(shot=status.value), status=status)
        for status in (Status.LOST, Status.SAVED, Status.PREPARED, Status.SUBMITTED)
    ]
    made = planned([task], orphans, [an_artifact(orphans[1])])
    assert made.tasks[0].attempt.status is Status.SAVED
    assert actions(made)[0] == ("new.t01", "place")


def test_a_rename_takes_the_orphan_whose_file_is_there():
    gone, there = (an_attempt(a_task(shot=shot)) for shot in ("gone", "there"))
    for order in ((gone, there), (there, gone)):
        made = planned([a_task(shot="new")], order, [an_artifact(there)])
        assert made.tasks[0].attempt.id == there.id


def test_a_live_key_keeps_its_record_from_another_task_of_equal_content():
    kept = an_attempt(a_task(shot="kept"))
    made = planned([a_task(shot="kept"), a_task(shot="copy")], [kept], [an_artifact(kept)])
    assert actions(made) == [("kept.t01", "skip"), ("copy.t01", "submit")]
    assert made.warnings == ("copy.t01 asks for the same as kept.t01; it is bought separately",)


def test_takes_of_one_shot_are_different_content():
    made = planned([a_task(take=1), a_task(take=2)])
    assert made.warnings == ()
    assert len({one.fingerprint for one in made.tasks}) == 2


def test_going_back_to_an_earlier_wish_buys_nothing():
    first, second = a_task(), a_task(params={**a_task().params, "width": 512})
    bought = [an_attempt(first, id="first"), an_attempt(second, id="second")]
    kept = an_artifact(bought[0], path=".earlier/sq010/sq010_t01.01234567.mp4")
    made = planned([first], bought, [kept, an_artifact(bought[1])])
    assert actions(made) == [("sq010.t01", "place")]
    assert made.tasks[0].attempt.id == "first"
    assert made.tasks[0].reason == "made before: is in .earlier/sq010/sq010_t01.01234567.mp4"


def test_an_edit_in_flight_fetches_the_old_and_buys_the_new():
    old = an_attempt(a_task(params={"prompt": "rain"}), status=Status.SUBMITTED)
    made = planned([a_task()], [old])
    assert actions(made) == [("sq010.t01", "submit"), ("sq010.t01", "poll")]
    earlier = made.tasks[1]
    assert earlier.task.path == f".earlier/sq010/sq010_t01.{old.fingerprint[:8]}.mp4"
    assert earlier.attempt == old
    assert earlier.reason == "bought before the shot was edited or removed; kept in .earlier/"


def test_the_file_of_a_removed_shot_in_flight_is_fetched():
    gone = an_attempt(a_task(shot="gone"), status=Status.RENDERED)
    other = a_task(shot="other", params={"prompt": "else"})
    made = planned([other], [gone])
    assert actions(made) == [("other.t01", "submit"), ("gone.t01", "download")]
    assert made.tasks[1].task.path.startswith(".earlier/gone/")


def test_an_unsent_orphan_is_asked_for_and_never_sent_again():
    gone = an_attempt(a_task(shot="gone"), status=Status.PREPARED)
    assert actions(planned([], [gone])) == [("gone.t01", "poll")]


def test_an_undecidable_orphan_is_held_and_says_so():
    gone = an_attempt(task_of("theirs", shot="gone"), status=Status.PREPARED)
    made = planned([], [gone])
    assert actions(made) == [("gone.t01", "hold")]
    assert made.tasks[0].reason.startswith("ambiguous: ")


@pytest.mark.parametrize("status", [Status.SAVED, Status.FAILED, Status.ABANDONED, Status.LOST])
def test_an_orphan_that_is_settled_is_left_alone(status):
    assert planned([], [an_attempt(a_task(shot="gone"), status=status)]).tasks == ()


@pytest.mark.parametrize("status", Status)
def test_orphans_of_another_server_are_untouched(status):
    assert planned([], [an_attempt(a_task(shot="gone"), status=status, endpoint=ELSEWHERE)]).tasks == ()


def test_attempts_of_another_server_do_not_count_and_the_reason_says_so():
    made = planned([a_task()], [an_attempt(endpoint=ELSEWHERE)])
    assert made.tasks[0].reason == f"new here: made before at {ELSEWHERE}, which does not count"


def test_attempts_of_a_provider_without_a_lane_do_not_count():
    made = planned([a_task()], [an_attempt(provider="gone"), an_attempt(a_task(shot="old"), provider="gone")])
    assert actions(made) == [("sq010.t01", "submit")]


def test_a_failed_try_does_not_hide_a_purchase_of_the_same_content():
    saved = an_attempt(id="saved")
    failed = an_attempt(id="failed", number=2, status=Status.FAILED)
    made = planned([a_task()], [saved, failed], [an_artifact(saved)])
    assert actions(made) == [("sq010.t01", "skip")]


def test_two_purchases_that_came_to_mean_the_same_are_both_fetched():
    explicit = an_attempt(a_task(params={"prompt": "fog", "steps": 30}), id="a", status=Status.SUBMITTED)
    silent = an_attempt(a_task(params={"prompt": "fog"}), id="b", status=Status.RENDERED)
    default_is_30 = a_spec(params=tuple(replace(p, default=30) if p is STEPS else p for p in SPEC.params))
    made = planned([a_task(params={"prompt": "fog"})], [explicit, silent], specs={default_is_30.id: default_is_30})
    assert [(one.attempt.id, one.action.value) for one in made.tasks] == [("b", "download"), ("a", "poll")]


def changed_spec(name, **changes):
    return a_spec(params=tuple(replace(p, **changes) if p.name == name else p for p in SPEC.params))


@pytest.mark.parametrize(
    "spec",
    [
        changed_spec("steps", default=28),
        changed_spec("steps", default=None),
        changed_spec("duration", default=10),
        changed_spec("duration", default=5),
        changed_spec("steps", maximum=99, about="finer"),
        a_spec(params=(*SPEC.params, Param(name="fps", wire="fps", kind=Kind.NUMBER, default=24))),
        a_spec(params=tuple(reversed(SPEC.params))),
    ],
    ids=["other default", "no default", "new default", "default as given", "bounds", "new parameter", "order"],
)
@pytest.mark.parametrize("steps", [{}, {"steps": 28}, {"steps": 50}, {"steps": 12}], ids=str)
def test_a_model_spec_that_learns_something_buys_nothing(spec, steps):
    task = a_task(params={**a_task().params, **steps})
    attempt = an_attempt(task)
    made = planned([task], [attempt], [an_artifact(attempt)], specs={spec.id: spec})
    assert actions(made) == [("sq010.t01", "skip")]


def test_a_shot_that_restates_a_default_buys_nothing():
    attempt = an_attempt()
    params = {**a_task().params, "steps": 50, "cfg_scale": 5.0, "accelerator_options": {"tea_cache": False}}
    made = planned([a_task(params=params)], [attempt], [an_artifact(attempt)])
    assert actions(made) == [("sq010.t01", "skip")]


def test_one_edited_shot_is_named_alone():
    shots = [a_task(shot=shot, params={**a_task().params, "seed": no}) for no, shot in enumerate(("a", "b", "c"))]
    attempts = [an_attempt(task) for task in shots]
    edited = [*shots[:2], replace(shots[2], params={**shots[2].params, "width": 512})]
    made = planned(edited, attempts, map(an_artifact, attempts))
    assert actions(made) == [("a.t01", "skip"), ("b.t01", "skip"), ("c.t01", "submit")]
    assert made.tasks[2].reason == "width 768 -> 512"


def test_a_task_whose_model_is_unknown_cannot_be_planned():
    with pytest.raises(KeyError, match="acme:film@1"):
        planned([a_task()], specs={})


def test_the_totals_count_each_action_in_its_order():
    saved = an_attempt(a_task(shot="a"))
    made = planned([a_task(shot=shot) for shot in "abc"], [saved], [an_artifact(saved)])
    assert list(made.totals.items()) == [(Action.SUBMIT, 2), (Action.SKIP, 1)]


ATTEMPTS = st.lists(
    st.builds(
        lambda number, shot, status, width, ids, is_here, is_final: an_attempt(
            task_of(ids, shot=shot, params={"prompt": "fog", "width": width}),
            id=f"{number}",
            number=number,
            status=status,
            is_final=is_final,
            endpoint=ENDPOINT if is_here else ELSEWHERE,
        ),
        st.integers(1, 10**9),
        st.sampled_from("abcd"),
        st.sampled_from(list(Status)),
        st.sampled_from([512, 768]),
        st.sampled_from(list(LANES)),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda attempt: attempt.id,
)


@given(attempts=ATTEMPTS, shots=st.lists(st.sampled_from("abcd"), max_size=3, unique=True))
def test_whatever_is_recorded_nothing_is_taken_twice_and_nothing_in_flight_is_forgotten(attempts, shots):
    tasks = [a_task(shot=shot, params={"prompt": "fog", "width": 768}) for shot in shots]
    made = planned(tasks, attempts, [an_artifact(one) for one in attempts if one.status is Status.SAVED])
    given_out = [one.attempt.id for one in made.tasks if one.attempt is not None]
    assert len(given_out) == len(set(given_out))
    moving = {Status.PREPARED, Status.SUBMITTED, Status.RENDERED}
    assert set(given_out) >= {one.id for one in attempts if one.status in moving and one.endpoint == ENDPOINT}
    assert [one.task for one in made.tasks[: len(tasks)]] == tasks


@given(attempts=ATTEMPTS)
def test_content_that_is_in_flight_or_there_under_its_key_is_never_bought_again(attempts):
    task = a_task(shot="a", params={"prompt": "fog", "width": 768})
    first = planned([task], attempts, [an_artifact(one) for one in attempts]).tasks[0]
    bought = {Status.PREPARED, Status.SUBMITTED, Status.RENDERED, Status.SAVED}
    same = [
        one
        for one in attempts
        if one.task_key == task.key and one.fingerprint == first.fingerprint and one.endpoint == ENDPOINT
    ]
    given_up = any(one.status is Status.ABANDONED for one in same)
    if any(one.status in bought for one in same) or (not given_up and any(one.status is Status.LOST for one in same)):
        assert first.action is not Action.SUBMIT


def numbered(shot, seed):
    return a_task(shot=shot, params={**a_task().params, "seed": seed})


def saved_record(*tasks):
    attempts = [an_attempt(task) for task in tasks]
    return attempts, [an_artifact(attempt) for attempt in attempts]


def test_renumbered_shots_keep_what_was_bought_for_them():
    record = saved_record(numbered("s01", 1), numbered("s02", 2))

    made = planned([numbered("s01", 9), numbered("s02", 1), numbered("s03", 2)], *record)

    assert actions(made) == [("s01.t01", "submit"), ("s02.t01", "place"), ("s03.t01", "place")]
    assert [one.attempt.task_key for one in made.tasks[1:]] == ["s01.t01", "s02.t01"]


def test_two_shots_that_exchange_their_ids_buy_nothing():
    record = saved_record(numbered("one", 1), numbered("two", 2))

    made = planned([numbered("one", 2), numbered("two", 1)], *record)

    assert actions(made) == [("one.t01", "place"), ("two.t01", "place")]


def own(status, number, **changes):
    return an_attempt(id=f"{status}-{number}", number=number, status=status, **changes)


def test_a_further_try_on_its_way_goes_before_the_file_that_it_will_replace():
    saved, added = own(Status.SAVED, 1), own(Status.SUBMITTED, 2)
    made = planned([a_task()], [saved, added], [an_artifact(saved)])
    assert [(one.attempt.id, one.action.value) for one in made.tasks] == [("submitted-2", "poll")]


@pytest.mark.parametrize("status", [Status.FAILED, Status.ABANDONED, Status.LOST])
def test_what_came_to_nothing_never_hides_a_file(status):
    saved = own(Status.SAVED, 1)
    for order in ((saved, own(status, 2, is_final=True)), (own(status, 1, is_final=True), own(Status.SAVED, 2))):
        made = planned([a_task()], order, [an_artifact(one) for one in order if one.status is Status.SAVED])
        assert actions(made) == [("sq010.t01", "skip")]


@pytest.mark.parametrize("status", [Status.ABANDONED, Status.LOST])
def test_what_came_to_nothing_never_hides_what_is_on_its_way(status):
    for order in ((own(status, 1), own(Status.SUBMITTED, 2)), (own(Status.SUBMITTED, 1), own(status, 2))):
        assert actions(planned([a_task()], order)) == [("sq010.t01", "poll")]


@pytest.mark.parametrize(
    ("attempts", "action"),
    [
        ([own(Status.LOST, 1), own(Status.FAILED, 2)], "leave"),
        ([own(Status.LOST, 1), own(Status.ABANDONED, 2)], "submit"),
        ([own(Status.LOST, 1), own(Status.ABANDONED, 2, is_final=True)], "leave"),
        ([own(Status.LOST, 1), own(Status.ABANDONED, 2), own(Status.FAILED, 3, is_final=True)], "leave"),
        ([own(Status.ABANDONED, 1), own(Status.LOST, 2)], "leave"),
        ([own(Status.FAILED, 1, is_final=True), own(Status.ABANDONED, 2)], "submit"),
        ([own(Status.ABANDONED, 1, is_final=True), own(Status.FAILED, 2)], "submit"),
    ],
)
def test_the_newest_decision_holds_and_a_loss_waits_for_one(attempts, action):
    (one,) = planned([a_task()], attempts).tasks
    assert (one.action.value, one.next_number) == (action, len(attempts) + 1)


def test_a_task_that_was_given_up_for_good_stays_so_under_another_name():
    before = an_attempt(a_task(shot="old"), status=Status.ABANDONED, is_final=True)
    (one,) = planned([a_task(shot="new")], [before]).tasks
    assert (one.action, one.reason) == (
        Action.LEAVE,
        "given up by a person; edit the shot, or render resolve new.t01 --retry",
    )


def test_an_edit_ends_that_a_task_was_given_up():
    before = an_attempt(a_task(params={"prompt": "rain"}), status=Status.ABANDONED, is_final=True)
    assert actions(planned([a_task()], [before])) == [("sq010.t01", "submit")]


def test_a_lost_answer_says_who_can_find_it():
    held, sought = (
        planned([task_of(ids)], [an_attempt(task_of(ids), status=Status.PREPARED)]) for ids in ("theirs", "logged")
    )
    assert held.tasks[0].reason.endswith("; decide with render resolve sq010.t01")
    assert sought.tasks[0].reason.endswith("; looked for in the provider's usage log")


def test_an_unwanted_purchase_whose_answer_was_lost_is_looked_for_too():
    gone = an_attempt(task_of("logged", shot="gone"), status=Status.PREPARED)
    made = planned([], [gone])
    assert actions(made) == [("gone.t01", "adopt")]
    assert made.tasks[0].task.path.startswith(".earlier/")


def test_a_file_bought_again_and_missing_is_fetched_not_replaced_by_the_one_before_it():
    earlier, newer = own(Status.SAVED, 1), own(Status.SAVED, 2)
    made = planned([a_task()], [earlier, newer], [an_artifact(earlier, path=".earlier/kept.mp4")])
    assert (made.tasks[0].action, made.tasks[0].attempt) == (Action.DOWNLOAD, newer)


def test_a_failed_try_under_the_new_name_never_hides_the_purchase_under_the_old_one():
    renamed = an_attempt(id="old", task_key="old.t01", status=Status.SUBMITTED)
    made = planned([a_task()], [renamed, own(Status.FAILED, 1)])
    assert [(one.action, one.attempt, one.next_number) for one in made.tasks] == [(Action.POLL, renamed, 2)]


def test_of_several_tries_that_were_added_the_last_one_goes_on():
    tries = [own(Status.SAVED, 1), own(Status.SAVED, 2), own(Status.SUBMITTED, 3)]
    kept = an_artifact(tries[0], path=".earlier/kept.mp4")
    made = planned([a_task()], tries, [kept, an_artifact(tries[1])])
    assert [(one.action, one.attempt) for one in made.tasks] == [(Action.POLL, tries[2])]


FOLDER = Obstacle(what="a folder", path="sq010/sq010_t01.mp4")
SHORTER = Obstacle(what="a file of 9 bytes", path="sq010/sq010_t01.mp4", gives_way=True)
MOVE_IT = "a folder stands at sq010/sq010_t01.mp4: move it away, or the file can only be held"


@pytest.mark.parametrize(
    ("status", "action", "reason"),
    [
        (None, Action.SUBMIT, f"new; {MOVE_IT}"),
        (Status.PREPARED, Action.RECOVER, f"may have been sent: send again under the same id; {MOVE_IT}"),
        (Status.SUBMITTED, Action.POLL, f"in flight when the last run stopped; {MOVE_IT}"),
        (Status.RENDERED, Action.DOWNLOAD, MOVE_IT),
        (Status.SAVED, Action.DOWNLOAD, MOVE_IT),
        (Status.LOST, Action.LEAVE, "paid and gone: no luck; decide with render resolve sq010.t01"),
    ],
)
def test_what_stands_in_the_way_of_a_file_is_in_the_reason(status, action, reason):
    task = a_task()
    attempts = [an_attempt(task, status=status, error_message="no luck")] if status else []
    (one,) = planned([task], attempts, obstacles={task.path: FOLDER}).tasks
    assert (one.action, one.reason, one.obstacle) == (action, reason, FOLDER)


def test_a_file_that_can_be_moved_is_told_and_promised_to_be_kept():
    task = a_task()
    (one,) = planned([task], [an_attempt(task)], obstacles={task.path: SHORTER}).tasks
    assert (one.action, one.obstacle) == (Action.DOWNLOAD, SHORTER)
    assert one.reason == (
        "a file of 9 bytes stands at sq010/sq010_t01.mp4, and not the one recorded;"
        " it is kept, and that one fetched again, not bought again"
    )
    assert planned([task], obstacles={task.path: SHORTER}).tasks[0].reason == "new"
