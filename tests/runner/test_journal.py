"""The journal writes together what waits together, tells everybody, and forgets nothing that was bought."""

import asyncio
import threading

import pytest

from render.errors import StateError
from render.records import Status
from render.runner.journal import Journal
from render.store import Change, open_store, read_snapshot
from tests.runner.stage import make_read_only
from tests.store.recorded import an_artifact, an_attempt


class Slow:
    """A real store behind a gate, so that a test decides when a batch is written."""

    def __init__(self, store):
        self.store, self.gate, self.batches = store, threading.Event(), []

    def write(self, changes):
        assert self.gate.wait(10)
        self.batches.append(len(changes))
        self.store.write(changes)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


@pytest.fixture
def slow(path):
    with open_store(path, project="film", kind="paid") as store:
        yield Slow(store)


def change(no):
    return Change(attempt=an_attempt(no))


def ids(path):
    return {attempt.id for attempt in read_snapshot(path, project="film", kind="paid").attempts}


def test_what_waits_together_is_written_in_one_transaction(slow, path):
    async def write_many():
        async with Journal(slow.write) as journal:
            writers = [asyncio.ensure_future(journal.write(change(no))) for no in range(50)]
            await asyncio.sleep(0)
            slow.gate.set()
            await asyncio.gather(*writers)

    asyncio.run(write_many())
    assert sum(slow.batches) == 50
    assert len(slow.batches) <= 2
    assert len(ids(path)) == 50


def test_a_fact_is_durable_when_write_returns(slow, path):
    slow.gate.set()

    async def write_one():
        async with Journal(slow.write) as journal:
            for no in range(3):
                await journal.write(change(no))
                assert f"id-{no}" in ids(path)

    asyncio.run(write_one())


def test_a_failure_reaches_everybody_who_waits(slow, path):
    make_read_only(slow.store)
    slow.gate.set()

    async def write_many():
        async with Journal(slow.write) as journal:
            return await asyncio.gather(*(journal.write(change(no)) for no in range(5)), return_exceptions=True)

    outcomes = asyncio.run(write_many())
    assert {type(outcome) for outcome in outcomes} == {StateError}


async def write_and_be_cancelled(slow, journal):
    async with journal:
        writer = asyncio.ensure_future(journal.write(change(1)))
        await asyncio.sleep(0)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        slow.gate.set()


def test_the_fact_of_a_cancelled_caller_is_still_written(slow, path):
    asyncio.run(write_and_be_cancelled(slow, Journal(slow.write)))
    assert ids(path) == {"id-1"}


def test_a_failure_that_nobody_is_left_to_hear_is_known_at_the_end(slow):
    make_read_only(slow.store)
    journal = Journal(slow.write)
    asyncio.run(write_and_be_cancelled(slow, journal))
    assert not journal.is_sound
    assert "readonly" in journal.failure.message


def with_journal(journal, *works):
    """Do one piece of work after the other inside the journal; return what each came to, errors included."""

    async def do_all():
        async with journal:
            return [(await asyncio.gather(work(), return_exceptions=True))[0] for work in works]

    return asyncio.run(do_all())


@pytest.fixture
def store(path):
    with open_store(path, project="film", kind="paid") as opened:
        yield opened


def breaking(store):
    async def act():
        make_read_only(store)

    return act


def test_a_fact_that_could_not_be_written_is_kept_and_written_when_the_record_can_be_opened_anew(store, path):
    journal = Journal(store.write, reopen=store.reopen)
    works = [lambda: journal.note(change(1)), breaking(store), lambda: journal.note(change(2)), ids_of(path)]
    outcomes = with_journal(journal, *works, lambda: journal.note(change(3)), ids_of(path))
    assert outcomes == [None, None, None, {"id-1"}, None, {"id-1", "id-2", "id-3"}]
    assert journal.unrecorded == ()
    assert not journal.is_sound


def ids_of(path):
    async def look():
        return ids(path)

    return look


def test_what_is_kept_is_tried_once_more_at_the_end(store, path):
    journal = Journal(store.write, reopen=store.reopen)
    with_journal(journal, breaking(store), lambda: journal.note(change(1)))
    assert (journal.unrecorded, ids(path)) == ((), {"id-1"})


def test_after_a_failure_no_intent_is_written_even_where_facts_can_be_again(store, path):
    journal = Journal(store.write, reopen=store.reopen)
    works = [breaking(store), lambda: journal.note(change(1)), lambda: journal.note(change(2))]
    *_, refused = with_journal(journal, *works, lambda: journal.write(change(3)))
    assert isinstance(refused, StateError)
    assert ids(path) == {"id-1", "id-2"}


def test_an_intent_that_could_not_be_written_did_not_happen(store, path):
    journal = Journal(store.write, reopen=store.reopen)
    _, refused, _ = with_journal(
        journal, breaking(store), lambda: journal.write(change(1)), lambda: journal.note(change(2))
    )
    assert isinstance(refused, StateError)
    assert ids(path) == {"id-2"}


def test_what_can_never_be_written_is_named_once_for_each_attempt_with_its_newest_fact(store):
    def refuse():
        raise StateError("the disk is gone")

    submitted = an_attempt(1, status=Status.SUBMITTED, remote_id="r-1")
    journal = Journal(store.write, reopen=refuse)
    works = [breaking(store), lambda: journal.note(change(1)), lambda: journal.note(Change(attempt=submitted))]
    with_journal(journal, *works, lambda: journal.note(change(2)))
    assert journal.unrecorded == (Change(attempt=submitted), change(2))


def test_a_file_noted_earlier_is_not_forgotten_with_a_later_fact(store):
    journal = Journal(store.write)
    saved = Change(attempt=an_attempt(1, status=Status.SAVED), artifact=an_artifact(1))
    with_journal(journal, breaking(store), lambda: journal.note(saved), lambda: journal.note(change(1)))
    assert journal.unrecorded == (Change(attempt=an_attempt(1), artifact=an_artifact(1)),)


def test_a_fact_that_contradicts_the_record_holds_up_no_other(store, path):
    journal = Journal(store.write, reopen=store.reopen)
    twin = Change(attempt=an_attempt(1, id="twin"))
    with_journal(journal, lambda: journal.note(change(1)), lambda: journal.note(twin), lambda: journal.note(change(2)))
    assert journal.unrecorded == (twin,)
    assert ids(path) == {"id-1", "id-2"}


def test_a_record_that_cannot_be_spelled_is_refused_alone(store, path):
    journal = Journal(store.write)
    ill = Change(attempt=an_attempt(2, params={"a": float("nan")}))

    async def together():
        return await asyncio.gather(
            *(journal.note(each) for each in (change(1), ill, change(3))), return_exceptions=True
        )

    ((first, second, third),) = with_journal(journal, together)
    assert (first, type(second), third) == (None, ValueError, None)
    assert ids(path) == {"id-1", "id-3"}
    assert journal.is_sound
