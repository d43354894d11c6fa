"""Runs that buy nothing: what was bought is asked about, fetched and placed, and not one purchase is sent."""

import json
from dataclasses import replace

import pytest

from render.errors import HeldError
from render.events import TaskSaved
from render.records import Status
from render.runner.reception import host_rule
from tests.containers.samples import whole
from tests.runner.scripted import accept, accept_and_reset, reset, sending, stopping
from tests.runner.stage import Stage, clip, picture

CDN = "https://cdn.example.com/a.jpg?sig=canary"


@pytest.fixture
def home(stage):
    """The same project and server, in runs that buy nothing."""
    return Stage(root=stage.root, script=stage.script, buys=False)


def arrivals(stage):
    return len(stage.script.arrivals)


def test_nothing_new_is_bought(stage, home):
    home.run(picture("a"), clip("b"))
    assert arrivals(home) == 0
    stage.run(picture("a"), saved=1)
    home.run(picture("a"), picture("new"), skipped=1)
    assert home.bought() == {"shot a": 1}


def test_a_missing_file_is_fetched_again_without_a_key(stage, home):
    stage.run(picture("a"), saved=1)
    (stage.root / "a.jpg").unlink()
    home.key = None
    home.run(picture("a"), saved=1)
    assert (arrivals(home), len(home.script.asked)) == (1, len(stage.script.asked))


def test_an_edited_shot_s_earlier_file_is_fetched_again(stage, home):
    first = picture("a")
    stage.run(first, saved=1)
    stage.script.files.append(sending(whole("jpeg-progressive")))
    stage.run(picture("a", params={**first.params, "seed": 7}), saved=1)
    (kept,) = stage.kept()
    before = (stage.root / kept).read_bytes()
    (stage.root / kept).unlink()

    home.run(picture("a", params={**first.params, "seed": 7}), saved=1, skipped=1)

    assert (stage.root / kept).read_bytes() == before
    assert arrivals(home) == 2
    home.run(picture("a", params={**first.params, "seed": 7}), skipped=1)


def test_what_is_in_flight_is_waited_for(stage, home):
    stage.script.submits.append(stopping(accept))
    stage.run(picture("a"), parked=1, exit_status=130)
    assert stage.statuses() == {"a": ["submitted"]}
    home.run(picture("a"), saved=1)
    assert arrivals(home) == 1


def test_a_request_that_never_arrived_is_asked_about_and_not_sent_again(stage, home):
    stage.script.submits.extend([reset] * 6)
    stage.run(picture("a"), parked=1, exit_status=6)
    home.run(picture("a"), parked=1, exit_status=6)
    assert (arrivals(home), home.statuses()) == (6, {"a": ["prepared"]})


def test_a_request_that_did_arrive_comes_home_without_being_sent_again(stage, home):
    stage.script.submits.extend([accept_and_reset] + [reset] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    home.run(picture("a"), saved=1)
    assert (arrivals(home), home.bought()) == (6, {"shot a": 1})


def test_a_request_that_is_found_to_be_rendering_is_recorded_as_sent(stage, home):
    stage.script.submits.extend([accept_and_reset] + [reset] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.script.patience = 12
    seen = []

    def write(store, changes):
        seen.extend(change.attempt.status for change in changes)
        store.write(changes)

    home.write = write
    home.run(picture("a"), saved=1)
    assert (seen[0], seen[-1]) == (Status.SUBMITTED, Status.SAVED)
    assert arrivals(home) == 6


def test_what_only_the_provider_s_log_knows_is_looked_up_and_never_bought(stage, home):
    stage.script.submits.append(accept_and_reset)
    stage.run(clip("a"), ambiguous=1, exit_status=6)
    home.run(clip("a"), ambiguous=1, exit_status=6)
    home.adopts = True
    home.run(clip("a"), saved=1)
    assert (arrivals(home), home.bought()) == (1, {"shot a": 1})


def test_a_dead_link_needs_the_key_and_is_kept_without_it(stage, home):
    stage.run(picture("a"), saved=1)
    (stage.root / "a.jpg").unlink()
    home.script.port = 0
    home.key = None
    summary = home.run(picture("a"), parked=1, exit_status=3)
    assert "RUNWARE_API_KEY is not set" in summary.failures[0].message
    home.key = Stage(root=stage.root).key
    home.run(picture("a"), saved=1)
    assert arrivals(home) == 1


def test_a_file_at_another_host_is_held_and_the_message_names_the_command(stage, home):
    stage.script.links = {"shot a": CDN}
    summary = stage.run(picture("a"), held=1, exit_status=6)
    (failure,) = summary.failures
    assert "render fetch --allow-host cdn.example.com" in failure.message
    assert "canary" not in json.dumps([failure.message, *map(str, stage.events)])
    (attempt,) = stage.record()[0]
    assert (attempt.source_url, attempt.error_message) == (CDN, failure.message)


def allowed(stage, *hosts):
    """Where files may come from when these hosts are allowed beside the provider's own."""
    terms = stage._terms("runware", "http://127.0.0.1:9")  # noqa: SLF001 - the terms that a run would have
    return host_rule(replace(terms, allow_hosts=hosts))


@pytest.mark.parametrize("host", ["cdn.example.com", "*.example.com"])
def test_a_host_is_allowed_by_its_name_or_by_a_suffix(stage, host):
    assert str(allowed(stage, host).check(CDN)) == CDN
    assert allowed(stage, host).check("https://im.runware.ai/a.jpg").host == "im.runware.ai"


@pytest.mark.parametrize("host", ["example.com", "*.cdn.example.com", "cdn.example.com:8443", "xcdn.example.com"])
def test_no_other_host_is_allowed_with_it(stage, host):
    with pytest.raises(HeldError, match=r"--allow-host cdn\.example\.com$"):
        allowed(stage, host).check(CDN)


def test_an_allowed_host_is_asked_over_https_only(stage):
    with pytest.raises(HeldError, match="https only"):
        allowed(stage, "cdn.example.com").check(CDN.replace("https", "http"))


@pytest.mark.parametrize("link", ["https://10.0.0.7/a.jpg", "https://[::1]/a.jpg", "https://intranet/a.jpg"])
def test_nobody_is_told_to_trust_an_address(stage, link):
    with pytest.raises(HeldError) as caught:
        allowed(stage).check(link)
    assert "--allow-host" not in caught.value.message


def test_a_file_that_comes_back_with_other_bytes_is_told_of(stage):
    stage.run(picture("a"), saved=1)
    digest = next(iter(stage.record()[1].values())).sha256
    for name, content in {"as it was": None, "otherwise": changed(whole("jpeg"))}.items():
        (stage.root / "a.jpg").unlink()
        stage.script.files.extend([sending(content)] if content else [])
        stage.run(picture("a"), saved=1)
        (saved,) = stage.told(TaskSaved)
        told = [remark for remark in saved.remarks if digest[:16] in remark]
        assert bool(told) == (content is not None), name


def changed(content):
    """A whole file with another picture in it."""
    return content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
