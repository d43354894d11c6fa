"""What a run says of trouble while it lasts: which task or host, what went wrong, and what follows."""

import asyncio
import dataclasses
import socket
from contextlib import closing

import pytest
from aiohttp import web

from render.display import Display
from render.errors import TransientError, UnreachableError
from render.events import FetchFailed, HostAwaited, PollFailed, RetryScheduled
from render.report.palette import Palette
from render.report.progress import progress
from render.runner import patience
from render.runner.host import shown_host_of
from render.runner.unreached import Unreached
from render.wire import Timeouts
from tests.runner.ranged import tagged
from tests.runner.scripted import as_usual, gone, saying, short_file
from tests.runner.stage import Stage, clip, picture

HIDDEN = "hidden-from-everybody"


def lines(events):
    """What somebody reads who watches a run without a bar."""
    told = []
    screen = Display(has_colour=False, is_live=False, width=80, row_width=80)
    with progress(screen, Palette(has_colour=False), write=told.append) as listen:
        for event in events:
            listen(event)
    return told


async def too_slow(moment):
    """Send a byte now and then, until the other side has had enough."""
    response = web.StreamResponse(headers={"Content-Length": "900"})
    await response.prepare(moment.request)
    for _ in range(200):
        await response.write(b"\xff")
        await asyncio.sleep(0.02)
    return response


def linking_to(link):
    """Name this link in every answer, with the port of the server in place of PORT."""

    async def step(moment):
        for prompt in moment.script.prompts:
            moment.script.links[prompt] = link.replace("PORT", str(moment.script.port))
        return await as_usual(moment)

    return step


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (short_file, ": the file ended early, after "),
        (saying(502, "busy"), " answers 502 for the file"),
        (too_slow, ": the file comes at less than 1024 bytes a second"),
        (gone, " answers 404 for the file; a fresh link is asked for"),
    ],
)
@pytest.mark.parametrize("make", [picture, clip])
def test_a_download_that_goes_wrong_is_told_with_its_task_and_its_next_try(stage, make, fault, cause):
    stage.timeouts = Timeouts(stall_s=0.2)
    stage.script.files.append(fault)
    stage.run(make("a"), saved=1)
    (failed,) = stage.told(FetchFailed)
    assert (failed.key, failed.host) == ("a", "")
    assert failed.cause.startswith(f"127.0.0.1:{stage.script.port}{cause}")
    assert failed.wait_s >= 0
    assert len([line for line in lines(stage.events) if line.startswith("again     a  ")]) == 1


def test_a_file_that_stays_wrong_is_told_to_be_asked_for_under_a_fresh_link(stage):
    stage.script.files.extend([saying(200, "<html>Not here</html>")] * 4)
    stage.run(picture("a"), saved=1)
    told = stage.told(FetchFailed)
    assert [failed.cause.endswith("; a fresh link is asked for") for failed in told] == [False, False, False, True]
    assert len([line for line in lines(stage.events) if line.startswith("again ")]) == 2


def test_a_download_that_breaks_again_and_again_is_one_line(stage):
    stage.script.files.extend([tagged(stop=stop) for stop in (100, 250, 400)])
    stage.run(picture("a"), saved=1)
    assert len(stage.told(FetchFailed)) == 3
    assert len([line for line in lines(stage.events) if line.startswith("again ")]) == 1


def test_polls_that_fail_in_the_same_way_are_one_line(stage):
    stage.script.polls.extend([saying(502, "busy")] * 4)
    stage.run(picture("a"), saved=1)
    assert len(stage.told(PollFailed)) == 4
    assert len([line for line in lines(stage.events) if line.startswith("waiting ")]) == 1


def test_a_dead_link_does_not_tell_of_the_same_render_again(stage):
    stage.script.files.extend([gone] * 3)
    stage.run(picture("a"), saved=1)
    told = [line.split()[0] for line in lines(stage.events)]
    assert (told.count("rendered"), told.count("again"), told.count("saved")) == (1, 1, 1)


class Unreachable(Stage):
    """A project whose provider is a port that nobody listens at."""

    def _terms(self, name, _base_url):
        return super()._terms(name, f"http://127.0.0.1:{self.closed_port}")


@pytest.fixture
def closed_port():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_provider_that_cannot_be_reached_is_named_once_whoever_waits_for_it(tmp_path, closed_port):
    stage = Unreachable(root=tmp_path / "film")
    stage.closed_port = closed_port
    stage.run(*map(picture, "abc"), left=3, exit_status=6)
    (awaited,) = stage.told(HostAwaited)
    assert awaited.host == f"127.0.0.1:{closed_port}"
    assert {retry.host for retry in stage.told(RetryScheduled)} == {awaited.host}
    assert lines(stage.events)[0] == f"waiting   for {awaited.host}: {awaited.cause}"
    assert not [line for line in lines(stage.events) if line.startswith("again ")]


def test_a_host_of_files_that_cannot_be_reached_is_named_once_for_all_tasks(stage, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE_S", 20.0)
    stage.hosts = ("127.0.0.1", "::1")
    stage.script.polls.extend([linking_to(f"http://[::1]:PORT/{HIDDEN}.jpg?sig={HIDDEN}")] * 50)
    stage.run(*map(picture, "abc"), parked=3, exit_status=6)
    (awaited,) = stage.told(HostAwaited)
    assert awaited.host == f"::1:{stage.script.port}"
    assert {failed.key for failed in stage.told(FetchFailed)} == {"a", "b", "c"}
    told = lines(stage.events)
    assert len([line for line in told if line.startswith("waiting   for ::1:")]) == 1
    assert not [line for line in told if line.startswith("again ")]
    assert HIDDEN not in f"{told} {stage.events}"


def test_a_host_is_named_again_once_it_has_answered_and_for_another_reason():
    told, unreached = [], Unreached()
    failures = [("a.example", "no name"), ("a.example", "refused"), ("b.example", "no name"), ("a.example", "no name")]
    for host, reason in failures:
        unreached.heed(UnreachableError(f"{host}: {reason}", host=host, reason=reason), told.append)
    unreached.heed(TransientError("a.example answers 502"), told.append)
    unreached.reached("b.example")
    unreached.heed(UnreachableError("b.example: no name", host="b.example", reason="no name"), told.append)
    assert [(event.host, event.cause) for event in told] == [*failures[:3], failures[2]]


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://API.example.org/v1", "api.example.org"),
        ("https://api.example.org:443", "api.example.org"),
        ("http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("https://api.example.org:80", "api.example.org:80"),
    ],
)
def test_a_base_url_is_told_by_its_host(base_url, host):
    assert shown_host_of(base_url) == host


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (f"https://user:{HIDDEN}@im.runware.ai/a.jpg", "holds a user name or a password"),
        (f"http://user:{HIDDEN}@127.0.0.1/a.jpg", "holds a user name or a password"),
        (f"http://user:{HIDDEN}@127.0.0.1:PORT/a.jpg", "holds a user name or a password"),
        (f"https://:{HIDDEN}@im.runware.ai/a.jpg", "holds a user name or a password"),
        (f"https://im.runware.ai/{HIDDEN}\t.jpg", "holds a blank, a control character or a letter beyond ASCII"),
        (f"https://im.runware.ai/\x1b[2J{HIDDEN}.jpg", "holds a blank, a control character"),
        (f" https://im.runware.ai/{HIDDEN}.jpg", "holds a blank"),
        (f"https:///{HIDDEN}.jpg", "is not a URL of the web"),
    ],
)
@pytest.mark.parametrize("make", [picture, clip])
def test_a_link_that_can_never_be_followed_is_held_at_once_with_the_reason(stage, make, link, reason):
    stage.script.polls.extend([linking_to(link)] * 50)
    summary = stage.run(make("a"), held=1, exit_status=6)
    assert f"the link to the file {reason}" in summary.failures[0].message
    assert HIDDEN not in f"{stage.events} {summary}"
    # the first answer finds it at work, the second finished
    assert len(stage.script.asked) == 2
    (attempt,) = stage.record()[0]
    assert attempt.error_kind == "held"
    assert stage.script.fetched.total() == 0


@pytest.mark.parametrize("make", [picture, clip])
def test_what_was_held_for_its_link_comes_home_once_the_provider_names_another(stage, make):
    stage.script.polls.extend([linking_to("https://im.runware.ai/a\n.jpg")] * 2)
    stage.run(make("a"), held=1, exit_status=6)
    stage.script.links.clear()
    stage.run(make("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


@pytest.mark.parametrize("make", [picture, clip])
def test_a_redirect_that_is_not_followed_names_both_hosts_and_no_link(stage, make):
    async def redirect(_):
        return web.Response(status=302, headers={"Location": f"https://files.example.org/{HIDDEN}?sig={HIDDEN}"})

    stage.script.files.append(redirect)
    summary = stage.run(make("a"), held=1, exit_status=6)
    assert summary.failures[0].message == (
        f"files may not be fetched from the host 'files.example.org', to which 127.0.0.1:{stage.script.port} "
        "redirects; if you trust it: render fetch --allow-host files.example.org"
    )
    assert HIDDEN not in f"{stage.events} {summary}"


def test_events_of_trouble_name_a_host_only_where_it_could_not_be_reached(stage):
    stage.script.submits.append(saying(503, "busy"))
    stage.script.polls.append(saying(502, "busy"))
    stage.script.files.append(saying(502, "busy"))
    stage.attempt_to_run(picture("a"))
    trouble = [event for event in stage.events if "host" in {field.name for field in dataclasses.fields(event)}]
    assert {type(event) for event in trouble} >= {PollFailed, FetchFailed}
    assert {event.host for event in trouble} == {""}
