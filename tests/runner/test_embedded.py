"""Whole runs against the embedded server: real pictures, a real clip, and the server's own ledger as judge."""

import asyncio
import json
import urllib.request
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from render.events import AttemptSubmitted, TaskSaved
from render.server.app import ServerOptions, serving
from tests.runner.scripted import Script
from tests.runner.stage import Stage, clip, picture


@dataclass
class Embedded(Script):
    """The embedded server in the place of the script; its ledger is read before it goes."""

    ledger: dict = field(default_factory=dict)

    @asynccontextmanager
    async def served(self):
        folder = self.state_db.parent.parent / "server"
        options = ServerOptions(state_dir=folder, port=self.port, latency_s=(0.0, 0.05), engine="fixed")
        async with serving(options) as server:
            self.port = server.port
            yield server.base_url
            self.ledger = await asyncio.to_thread(read_ledger, server.base_url)


def read_ledger(base_url):
    with urllib.request.urlopen(f"{base_url}/admin/ledger", timeout=10) as reply:  # noqa: S310 - our own server
        return json.load(reply)


@pytest.fixture
def stage(tmp_path):
    return Stage(root=tmp_path / "film", script=Embedded(), concurrency=2)


def test_files_arrive_as_they_were_asked_for_and_are_bought_once(stage):
    tasks = [picture("a"), picture("b"), picture("c"), clip("d")]
    summary = stage.run(*tasks, saved=4)
    assert stage.files() == ["a.jpg", "b.jpg", "c.jpg", "d.mp4"]
    assert [event.remarks for event in stage.told(TaskSaved)] == [()] * 4
    assert len(stage.script.ledger["purchases"]) == 4
    assert stage.script.ledger["highest_concurrency"] <= 3
    assert summary.requests == stage.script.ledger["total_requests"]
    assert stage.run(*tasks, skipped=4).requests == 0


def test_a_stopped_run_is_finished_by_the_next_one(stage):
    def stop_at_the_first(event):
        if isinstance(event, AttemptSubmitted):
            stage.script.stop()

    tasks = [picture(key) for key in "abcd"]
    stage.listener = stop_at_the_first
    assert stage.attempt_to_run(*tasks).exit_status == 130
    assert stage.files() == []
    stage.listener = None
    summary = stage.attempt_to_run(*tasks)
    assert (summary.saved, summary.exit_status) == (4, 0)
    assert len(stage.script.ledger["purchases"]) == 4
    assert stage.script.ledger["highest_concurrency"] <= 2
