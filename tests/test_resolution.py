"""What a person may decide about a purchase, and what becomes of its record."""

import pytest

from render.errors import UsageError
from render.layout import earlier_path
from render.plan import plan
from render.records import Status
from render.resolution import Adoption, abandoned, adopted, filed, names_several, retried, subject_of, subjects_of, was
from tests.builders import LANES, MOMENT, SPEC_OF_THEIRS, SPECS, a_snapshot, a_task, an_artifact, an_attempt

THEIRS = a_task(provider="theirs", model=SPEC_OF_THEIRS.id)
OPEN = [
    {"status": Status.PREPARED},
    {"status": Status.SUBMITTED},
    {"status": Status.RENDERED, "error_kind": "held"},
    {"status": Status.LOST},
    {"status": Status.FAILED, "is_final": True},
    {"status": Status.ABANDONED, "is_final": True},
    {"status": Status.ABANDONED},
]


def found(key, *attempts, tasks=(THEIRS,), artifacts=()):
    snapshot = a_snapshot(attempts, artifacts)
    made = plan(tasks, snapshot, spec_of=SPECS.get, lanes=LANES)
    return subject_of(key, plan=made, snapshot=snapshot)


def subject(**changes):
    return found(THEIRS.key, an_attempt(THEIRS, **{"status": Status.PREPARED, **changes}))


def adopt(about, remote_id, *others, ids_are_ours=False):
    adoption = Adoption(remote_id=remote_id, ids_are_ours=ids_are_ours, provider="Acme")
    return adopted(about, adoption, snapshot=a_snapshot([about.attempt, *others]), now=MOMENT)


@pytest.mark.parametrize("changes", OPEN, ids=lambda changes: "-".join(map(str, changes.values())))
def test_what_a_run_cannot_decide_is_found_by_its_key_and_by_its_id(changes):
    attempt = an_attempt(THEIRS, **changes)
    assert found(THEIRS.key, attempt) == found(attempt.id, attempt)
    assert found(THEIRS.key, attempt).attempt == attempt


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": Status.SAVED}, "the next run will skip it"),
        ({"status": Status.FAILED, "error_message": "no luck"}, "will submit it .last attempt failed: no luck"),
    ],
)
def test_what_needs_no_decision_says_what_the_next_run_does(changes, words):
    attempt = an_attempt(THEIRS, **changes)
    with pytest.raises(UsageError, match=words) as caught:
        found(THEIRS.key, attempt, artifacts=[an_artifact(attempt)])
    assert caught.value.hint.endswith("render run --only sq010.t01 --again")


def test_a_new_task_has_nothing_to_decide_about():
    with pytest.raises(UsageError, match=r"the next run will submit it .new."):
        found(THEIRS.key)


def test_a_key_of_nobody_names_the_nearest():
    with pytest.raises(UsageError, match="no task and no purchase is called sq01") as caught:
        found("sq01")
    assert caught.value.hint == "did you mean sq010.t01?"


def test_a_saved_file_of_a_shot_that_is_gone_needs_no_decision():
    with pytest.raises(UsageError, match="it is saved, and no task asks for it"):
        found("gone.t01", an_attempt(a_task(shot="gone", params={"prompt": "snow"})))


@pytest.mark.parametrize("status", [Status.PREPARED, Status.SUBMITTED, Status.RENDERED, Status.LOST])
def test_a_purchase_that_no_task_asks_for_is_found_by_its_key(status):
    gone = an_attempt(a_task(shot="gone", params={"prompt": "snow"}), status=status)
    about = found("gone.t01", gone)
    assert (about.attempt, about.key) == (gone, "gone.t01")
    assert about.path == earlier_path(gone.path, gone.fingerprint)


def test_a_renamed_purchase_is_found_by_either_key():
    attempt = an_attempt(THEIRS, task_key="old.t01", status=Status.PREPARED)
    assert found("old.t01", attempt) == found(THEIRS.key, attempt)
    assert found("old.t01", attempt).key == THEIRS.key


def test_several_purchases_under_one_key_are_told_by_their_ids():
    old = an_attempt(a_task(params={"prompt": "rain"}), id="first", status=Status.SUBMITTED)
    new = an_attempt(THEIRS, id="second", status=Status.PREPARED)
    with pytest.raises(UsageError, match=r"sq010\.t01 stands for 2 purchases") as caught:
        found(THEIRS.key, old, new)
    assert caught.value.hint == "name one of them instead: second (prepared), first (submitted)"
    assert found("first", old, new).attempt == old


def test_an_adopted_purchase_is_one_that_the_provider_has():
    attempt = adopt(subject(error_kind="unknown", error_message="no answer", remote_id=""), "gen-7:acme/film")
    assert (attempt.status, attempt.remote_id, attempt.submitted_at) == (Status.SUBMITTED, "gen-7:acme/film", MOMENT)
    assert (attempt.error_kind, attempt.error_message) == ("", "")


def test_a_lost_file_is_asked_for_anew_once_it_is_adopted():
    attempt = adopt(subject(status=Status.LOST, source_url="https://x.test/dead"), "gen-7")
    assert (attempt.status, attempt.source_url, attempt.is_final) == (Status.SUBMITTED, "", False)


@pytest.mark.parametrize("remote_id", ["", "two words", "a\nb", "é", "x" * 301])
def test_what_is_no_id_is_not_adopted(remote_id):
    with pytest.raises(UsageError, match="is no id"):
        adopt(subject(), remote_id)


def test_an_id_is_adopted_once():
    other = an_attempt(a_task(shot="other", provider="theirs", model=SPEC_OF_THEIRS.id), remote_id="gen-7")
    with pytest.raises(UsageError, match=r"gen-7 is the purchase of other\.t01 already"):
        adopt(subject(), "gen-7", other)


def test_where_ids_are_ours_only_our_own_can_be_adopted():
    about = found("sq010.t01", an_attempt(id="ours-1", status=Status.LOST), tasks=[a_task()])
    with pytest.raises(UsageError, match="Acme knows a purchase by our id, so this one can only be ours-1"):
        adopt(about, "another", ids_are_ours=True)
    assert adopt(about, "ours-1", ids_are_ours=True).status is Status.SUBMITTED


def test_a_purchase_that_is_given_up_stays_on_the_books():
    about = subject(cost_usd=0.25, ceiling_usd=0.5)
    for attempt, is_final in ((retried(about), False), (abandoned(about), True)):
        assert (attempt.status, attempt.is_final) == (Status.ABANDONED, is_final)
        assert (attempt.cost_usd, attempt.ceiling_usd, attempt.number) == (0.25, 0.5, 1)
        assert attempt.error_message == "given up by a person; it was prepared"


def test_a_refused_purchase_that_is_tried_again_stays_one_that_cost_nothing():
    attempt = retried(subject(status=Status.FAILED, is_final=True, error_message="no faces"))
    assert (attempt.status, attempt.is_final, attempt.error_message) == (Status.FAILED, False, "no faces")


def test_what_was_given_up_can_be_wanted_again_and_the_other_way_round():
    final, passing = (subject(status=Status.ABANDONED, is_final=is_final) for is_final in (True, False))
    assert retried(final).is_final is False
    assert abandoned(passing).is_final is True


@pytest.mark.parametrize(
    ("decide", "changes", "words"),
    [
        (retried, {"status": Status.ABANDONED}, "is given up already"),
        (abandoned, {"status": Status.ABANDONED, "is_final": True}, "is left alone already"),
        (abandoned, {"status": Status.FAILED, "is_final": True}, "is left alone already"),
    ],
)
def test_what_stands_already_is_not_decided_again(decide, changes, words):
    with pytest.raises(UsageError, match=words):
        decide(subject(**changes))


def test_a_file_that_is_handed_in_makes_it_saved_under_its_present_name():
    attempt = filed(
        subject(task_key="old.t01", shot="old", error_kind="unknown", error_message="no answer"), now=MOMENT
    )
    assert (attempt.status, attempt.saved_at, attempt.task_key, attempt.shot) == (
        Status.SAVED,
        MOMENT,
        THEIRS.key,
        THEIRS.shot,
    )
    assert attempt.error_kind == ""


@pytest.mark.parametrize(
    ("changes", "ids_are_ours", "word"),
    [
        ({"status": Status.PREPARED}, False, "ambiguous"),
        ({"status": Status.PREPARED}, True, "parked"),
        ({"status": Status.SUBMITTED}, False, "parked"),
        ({"status": Status.RENDERED, "error_kind": "held"}, True, "held"),
        ({"status": Status.FAILED}, True, "refused"),
        ({"status": Status.LOST}, True, "lost"),
        ({"status": Status.ABANDONED}, True, "abandoned"),
    ],
)
def test_how_it_stood_is_said_in_the_words_of_the_status(changes, ids_are_ours, word):
    assert was(an_attempt(**changes), ids_are_ours=ids_are_ours) == word


def found_all(key, *attempts):
    tasks = [THEIRS, a_task(shot="sq020", provider="theirs", model=THEIRS.model), a_task(shot="sq030")]
    snapshot = a_snapshot(attempts)
    made = plan(tasks, snapshot, spec_of=SPECS.get, lanes=LANES)
    return names_several(key, plan=made), [one.attempt.id for one in subjects_of(key, plan=made, snapshot=snapshot)]


AMBIGUOUS = an_attempt(THEIRS, id="first", status=Status.PREPARED)
IN_FLIGHT = an_attempt(a_task(shot="sq030"), id="third", status=Status.SUBMITTED)


@pytest.mark.parametrize("pattern", ["sq*", "sq0[12]0", "*.t01", "sq010"])
def test_a_shot_or_a_pattern_stands_for_what_a_run_leaves_to_a_person(pattern):
    assert found_all(pattern, AMBIGUOUS, IN_FLIGHT) == (True, ["first"])


def test_a_pattern_never_reaches_what_a_run_goes_on_with():
    with pytest.raises(UsageError, match=r"a run holds or leaves nothing of what sq030 names: sq030\.t01") as caught:
        found_all("sq030", AMBIGUOUS, IN_FLIGHT)
    assert caught.value.hint == "to decide about one of them all the same, name it by its key"
    assert found_all("sq030.t01", AMBIGUOUS, IN_FLIGHT) == (False, ["third"])


def test_a_pattern_that_nobody_has_is_refused_like_a_key():
    with pytest.raises(UsageError, match="no task and no purchase is called fog"):
        found_all("fog*", AMBIGUOUS)
