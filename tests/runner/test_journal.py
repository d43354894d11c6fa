"""The journal writes together what waits together, tells everybody, and forgets nothing."""

import asyncio
import threading

import pytest

from render.errors import StateError
from render.runner.journal import Journal
from render.store import Change, open_store, read_snapshot
from tests.runner.stage import make_read_only
from tests.store.recorded import an_attempt


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


async def write_and_be_cancelled(slow):
    async with Journal(slow.write) as journal:
        writer = asyncio.ensure_future(journal.write(change(1)))
        await asyncio.sleep(0)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        slow.gate.set()


def test_the_fact_of_a_cancelled_caller_is_still_written(slow, path):
    asyncio.run(write_and_be_cancelled(slow))
    assert ids(path) == {"id-1"}


def test_a_failure_that_nobody_is_left_to_hear_is_raised_at_the_end(slow):
    make_read_only(slow.store)
    with pytest.raises(StateError):
        asyncio.run(write_and_be_cancelled(slow))
