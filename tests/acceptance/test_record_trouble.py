"""Runs that wait for each other, a run whose disk takes no more, and what is told of what could not be recorded."""

import asyncio
import json
import os
import resource
import subprocess

from render.commands.unrecorded import as_recorded, told
from render.errors import StateError
from render.lanes import LaneFacts
from render.providers import PROVIDERS
from render.records import Status, Summary
from render.runner.journal import Journal
from render.store import Change, open_store
from tests.acceptance.conftest import RENDER
from tests.store.recorded import an_attempt

STILLS = "stills.yaml"
LANES = {
    name: LaneFacts(kind=name, endpoint="", ids_are_ours=provider.ids_are_ours) for name, provider in PROVIDERS.items()
}


def test_a_run_that_waits_is_told_for_whom_and_goes_on_afterwards(render, server):
    state = render.folder / "renders" / "stills" / "state.db"
    with open_store(state, project="stills", kind="paid"):
        waiting = render.start("run", STILLS, "--wait", "60", **server.variables)
        told = waiting.stderr.readline()
        assert server.ledger()["total_requests"] == 0
    waiting.communicate(timeout=60)
    assert told.startswith(f"waiting up to 60 s for another run to end: process {os.getpid()} on ")
    assert waiting.returncode == 0
    assert len(server.ledger()["purchases"]) == 2


def test_of_two_runs_at_once_one_waits_and_nothing_is_bought_twice(render, server):
    runs = [render.start("run", STILLS, "--wait", "60", "--json", **server.variables) for _ in range(2)]
    summaries = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
    assert sorted((summary["saved"], summary["skipped"]) for summary in summaries) == [(0, 2), (2, 0)]
    assert len(server.ledger()["purchases"]) == 2


def test_a_run_whose_disk_takes_no_more_ends_truthfully_and_the_next_one_carries_on(render, server):
    done = subprocess.run(
        [*RENDER, "run", STILLS, "--json", "--concurrency", "1"],
        cwd=render.folder,
        env={**render.environment, **server.variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        # the log of the record grows beyond this in the middle of the run
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY)),
    )
    assert done.returncode == 4, done.stderr
    assert "nothing more was bought in this run" in done.stderr
    bought = len(server.ledger()["purchases"])
    summary = json.loads(done.stdout)
    assert summary["saved"] + summary["parked"] == bought < 2

    render("run", STILLS, **server.variables)

    assert len(server.ledger()["purchases"]) == 2
    assert {task["status"] for task in render.json("status", STILLS, **server.variables)["tasks"]} == {"saved"}
    assert json.loads(render("state", "check", STILLS, "--json").stdout)["findings"] == []


def test_of_what_could_not_be_recorded_one_line_an_attempt_is_told_without_its_link(tmp_path, capsys):
    link = "https://files.example.test/a.mp4?signature=secret"
    theirs = {"provider": "aimlapi", "remote_id": "gen-7", "source_url": link, "status": Status.RENDERED}
    ours = an_attempt(2, status=Status.SUBMITTED, remote_id="id-2")
    failed = an_attempt(3, status=Status.FAILED, error_kind="rejected")
    in_doubt = an_attempt(
        5, provider="aimlapi", endpoint="https://api.aimlapi.com", status=Status.PREPARED, error_kind="unknown"
    )
    never_sent = an_attempt(4, status=Status.FAILED, error_kind="unsent")

    def refuse():
        raise StateError("the disk is gone")

    async def note_all(journal):
        async with told(journal, LANES):
            for attempt in (an_attempt(1, **theirs), ours, failed, in_doubt, never_sent):
                await journal.note(Change(attempt=attempt))

    with open_store(tmp_path / "state.db", project="film", kind="paid") as store:
        store.close()
        journal = Journal(store.write, reopen=refuse)
        asyncio.run(note_all(journal))

    complaint, *lines = capsys.readouterr().err.splitlines()
    assert "nothing more was bought in this run" in complaint
    assert [json.loads(line) for line in lines] == [
        entry("shot1", "id-1", "gen-7", "rendered", "render resolve shot1 --adopt gen-7"),
        entry("shot2", "id-2", "id-2", "submitted", "render run carries on by itself"),
        entry("shot3", "id-3", "", "failed", "render resolve shot3 --retry"),
        entry("shot5", "id-5", "", "prepared", "render resolve shot5"),
    ]
    assert as_recorded(Summary(), journal).exit_status == 4


def entry(task, attempt, remote_id, status, advice):
    return {
        "renderline": "not recorded",
        "task": task,
        "attempt": attempt,
        "remote_id": remote_id,
        "status": status,
        "advice": advice,
    }
