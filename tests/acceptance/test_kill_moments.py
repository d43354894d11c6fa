"""Kills at many moments of a run over both providers: whatever the moment, nothing is bought twice or lost."""

import json
import signal
from collections import Counter

import pytest

from tests.acceptance.conftest import end, wait_until

DEMO = "manifests/demo.shots.yaml"
_MOMENTS = [
    ("attempt.prepared", 1),
    ("attempt.prepared", 4),
    ("attempt.submitted", 1),
    ("attempt.submitted", 5),
    ("task.rendered", 1),
    ("task.rendered", 3),
    ("task.saved", 1),
    ("task.saved", 5),
]


def paid_for(server):
    """How often each content was accepted, by the request that asked for it, ids left out."""
    requests = [request for request in server.ask("/admin/requests")["requests"] if request["accepted"]]
    return Counter(
        json.dumps({**task, "taskUUID": ""}, sort_keys=True)
        for request in requests
        for task in (request["body"] if isinstance(request["body"], list) else [request["body"]])
    )


@pytest.mark.slow
@pytest.mark.parametrize(("event", "count"), _MOMENTS, ids=str)
def test_killed_at_any_moment_nothing_is_bought_twice_or_lost(render, server, event, count):
    log = render.folder / "renders" / "demo" / "render.log"
    process = render.start("run", DEMO, **server.variables)
    wait_until(lambda: process.poll() is not None or (log.exists() and log.read_text().count(f'"{event}"') >= count))
    end(process, signal.SIGKILL)

    done = render("run", DEMO, "--json", status=None, **server.variables)
    summary = json.loads(done.stdout)

    # a request to AI/ML API that may have been sent is for a person to decide; everything else is carried on
    assert summary["saved"] + summary["skipped"] + summary["ambiguous"] == summary["tasks"] == 9
    assert done.returncode == (6 if summary["ambiguous"] else 0)
    assert summary["ambiguous"] <= 2
    assert set(paid_for(server).values()) == {1}
    assert len(server.ledger()["purchases"]) <= 9


CLIPS = """\
version: 1
project: clips
providers: {aimlapi: {concurrency: 3}}
defaults: {model: kandinsky-5-distill, aspect_ratio: "1:1", prompt: Fog over a lake}
shots: [{id: a}, {id: b}, {id: c}]
"""


def test_offline_a_request_that_may_have_been_sent_is_sent_again_whoever_makes_the_ids(render):
    (render.folder / "clips.yaml").write_text(CLIPS, encoding="utf-8")
    log = render.folder / "renders-offline" / "clips" / "render.log"
    process = render.start("run", "clips.yaml", "--offline")
    wait_until(lambda: log.exists() and '"attempt.prepared"' in log.read_text())
    end(process, signal.SIGKILL)

    summary = render.json("run", "clips.yaml", "--offline")

    assert summary["saved"] + summary["skipped"] == summary["tasks"] == 3
