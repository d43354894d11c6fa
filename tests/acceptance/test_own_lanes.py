"""Lanes of one's own: two servers, each with a key that opens it alone, and one project that buys from both."""

import json
import signal

import pytest

from tests.acceptance.conftest import end, wait_until
from tests.canary import KEY

MANIFEST = "lanes.shots.yaml"
LANES = """\
version: 1
project: lanes
providers:
  studio: {kind: runware, concurrency: 2}
  night-shift: {kind: runware, concurrency: 2}
defaults:
  {model: studio/kandinsky-5-image-lite, prompt: "${what}", width: 640, height: 1408, output_format: WEBP}
shots:
  - {id: lamp, vars: {what: studio lamp}, takes: 4}
  - {id: moth, vars: {what: night moth}, model: night-shift/kandinsky-5-image-lite, takes: 4}
"""
ONE = """\
version: 1
project: one
providers: {studio: {kind: runware}, second: {kind: runware}}
shots:
  - {id: lamp, prompt: A lamp, model: studio/kandinsky-5-image-lite, width: 640, height: 1408, output_format: WEBP}
"""
STUDIO_KEY, NIGHT_KEY = f"{KEY}-studio", f"{KEY}-night"


def open_to(servers, key, state):
    """A server that lets in nobody without this key."""
    return servers("--latency", "0.3", "0.6", "--engine", "fixed", "--key", key, state=state)


@pytest.fixture
def studio(servers, tmp_path):
    return open_to(servers, STUDIO_KEY, tmp_path / "studio")


@pytest.fixture
def night(servers, tmp_path):
    return open_to(servers, NIGHT_KEY, tmp_path / "night")


def both(studio, night):
    return {
        "RENDERLINE_STUDIO_API_KEY": STUDIO_KEY,
        "RENDERLINE_STUDIO_BASE_URL": f"{studio.base_url}/v1",
        "RENDERLINE_NIGHT_SHIFT_API_KEY": NIGHT_KEY,
        "RENDERLINE_NIGHT_SHIFT_BASE_URL": f"{night.base_url}/v1",
    }


def write(render, text, name=MANIFEST):
    (render.folder / name).write_text(text, encoding="utf-8")


def prompts(server):
    """What was asked for, of every request for paid work."""
    requests = server.ask("/admin/requests")["requests"]
    bodies = [request["body"] for request in requests]
    return [task["positivePrompt"] for body in bodies for task in body]


def test_each_lane_buys_at_its_own_server_with_its_own_key(render, studio, night):
    write(render, LANES)

    summary = render.json("run", MANIFEST, **both(studio, night))

    assert (summary["saved"], summary["tasks"]) == (8, 8)
    assert prompts(studio) == ["studio lamp"] * 4
    assert prompts(night) == ["night moth"] * 4
    status = render.json("status", MANIFEST, **both(studio, night))
    assert [task["lane"] for task in status["tasks"]] == ["studio"] * 4 + ["night-shift"] * 4
    assert "night-shift" in render("status", MANIFEST, **both(studio, night)).stdout


def test_killed_in_the_middle_the_next_run_asks_for_each_where_it_was_bought(render, studio, night):
    write(render, LANES)
    process = render.start("run", MANIFEST, **both(studio, night))
    wait_until(lambda: all(server.ledger()["purchases"] for server in (studio, night)))
    end(process, signal.SIGKILL)

    summary = render.json("run", MANIFEST, **both(studio, night))

    assert summary["saved"] + summary["skipped"] == summary["tasks"] == 8
    for server, prompt in ((studio, "studio lamp"), (night, "night moth")):
        assert set(prompts(server)) == {prompt}
        assert len({purchase["id"] for purchase in server.ledger()["purchases"]}) == 4
        assert len(server.ledger()["purchases"]) == 4
    counts = [server.ledger()["total_requests"] for server in (studio, night)]
    assert render.json("run", MANIFEST, **both(studio, night))["requests"] == 0
    assert [server.ledger()["total_requests"] for server in (studio, night)] == counts


def test_a_lane_without_its_key_is_named_before_anything_is_sent(render, studio, night):
    write(render, LANES)
    variables = both(studio, night)
    del variables["RENDERLINE_NIGHT_SHIFT_API_KEY"]
    done = render("run", MANIFEST, status=3, RUNWARE_API_KEY=NIGHT_KEY, **variables)
    assert "RENDERLINE_NIGHT_SHIFT_API_KEY is not set" in done.stderr
    assert studio.ledger()["total_requests"] == night.ledger()["total_requests"] == 0
    chosen = render.json("run", MANIFEST, "--provider", "studio", RUNWARE_API_KEY=NIGHT_KEY, **variables)
    assert (chosen["saved"], chosen["tasks"]) == (4, 4)


def test_offline_every_lane_ends_in_the_one_server(render):
    write(render, LANES)
    assert render.json("run", MANIFEST, "--offline")["saved"] == 8
    moved = LANES.replace("model: night-shift/", "model: studio/")
    write(render, moved)
    assert render.json("plan", MANIFEST, "--offline")["totals"] == {"skip": 8}


def at(server, *keys):
    """Both lanes of `ONE` at one server, each with its key."""
    lanes = zip(("STUDIO", "SECOND"), keys, strict=False)
    url = f"{server.base_url}/v1"
    return {"RUNWARE_BASE_URL": url, "RENDERLINE_STUDIO_BASE_URL": url, "RENDERLINE_SECOND_BASE_URL": url} | {
        f"RENDERLINE_{lane}_API_KEY": key for lane, key in lanes
    }


@pytest.fixture
def unfinished(render, servers):
    """A run through the lane `studio` that was killed with one still in flight, and the server that has it."""
    write(render, ONE)
    server = servers("--latency", "2", "2", "--engine", "fixed")
    process = render.start("run", MANIFEST, **at(server, STUDIO_KEY))
    log = render.folder / "renders" / "one" / "render.log"
    wait_until(lambda: log.exists() and '"attempt.submitted"' in log.read_text())
    end(process, signal.SIGKILL)
    return server


def test_a_shot_that_changes_lanes_in_flight_comes_home_through_the_lane_that_bought_it(render, unfinished):
    write(render, ONE.replace("model: studio/", "model: second/"))
    # the key of the new lane is not there, and not needed
    (planned,) = render.json("plan", MANIFEST, **at(unfinished))["tasks"]
    assert (planned["action"], planned["lane"]) == ("poll", "studio")
    assert render.json("run", MANIFEST, **at(unfinished, STUDIO_KEY))["saved"] == 1
    assert len(unfinished.ledger()["purchases"]) == 1


def test_a_lane_that_is_gone_is_carried_on_by_another_only_under_the_same_key(render, unfinished):
    write(render, ONE.replace("model: studio/", "model: second/").replace("studio: {kind: runware}, ", ""))
    done = render("run", MANIFEST, status=3, **at(unfinished, "", NIGHT_KEY))
    assert (
        "RENDERLINE_SECOND_API_KEY is not the key under which this was bought and is not finished: lamp.t01"
        in done.stderr
    )
    summary = json.loads(render("run", MANIFEST, "--json", **at(unfinished, "", STUDIO_KEY)).stdout)
    assert (summary["saved"], len(unfinished.ledger()["purchases"])) == (1, 1)


def test_what_no_lane_leads_to_any_more_is_named(render, unfinished):
    write(render, ONE.replace("model: studio/", "model: second/").replace("studio: {kind: runware}, ", ""))
    done = render("plan", MANIFEST, RENDERLINE_SECOND_BASE_URL="http://127.0.0.1:1/v1")
    assert "bought through the lane studio" in done.stderr
    assert f"{unfinished.base_url}/v1" in done.stderr
    assert "put the lane back" in done.stderr
