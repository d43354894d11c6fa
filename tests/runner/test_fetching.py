"""What a download may meet: nothing half, nothing foreign, nothing lost while a source is left."""

import errno
from contextlib import suppress
from functools import partial

import pytest
from aiohttp import web

from render.artifacts.folder import ArtifactFolder
from render.artifacts.refusals import held_on_trouble
from render.events import CostUnknown, PurchasesPaused, TaskRendered, TaskSaved
from render.runner import archive, gate, patience, poller
from tests.containers.samples import whole
from tests.runner.archived import unknown, with_link
from tests.runner.scripted import (
    another_kind,
    as_usual,
    gone,
    media_of,
    refusing,
    saying,
    sending,
    short_file,
    whole_file,
)
from tests.runner.stage import SPEED, clip, picture, plant

#: each poll names another link, and so does the one after the last look
EVERY_LINK_IS_DEAD = [gone] * (archive.LEAST_LOOKS + 1)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (picture, short_file),
        (picture, another_kind),
        (picture, saying(200, "")),
        (clip, short_file),
        (clip, saying(200, "<html>Welcome</html>")),
        (clip, saying(503, "busy")),
    ],
)
def test_a_file_that_arrives_wrong_is_fetched_again(stage, make, fault):
    stage.script.files.extend([fault, fault])
    stage.run(make("a"), saved=1)
    assert stage.script.fetched.total() == 3


@pytest.mark.parametrize("make", [picture, clip])
def test_a_file_that_stays_wrong_under_a_fresh_link_too_is_held_with_its_link(stage, make):
    stage.script.files.extend([saying(200, "<html>Not here</html>")] * 8)
    summary = stage.run(make("a"), held=1, exit_status=6)
    assert "<html>Not he" in summary.failures[0].message
    assert "its link is kept" in summary.failures[0].message
    assert stage.files() == []
    (attempt,) = stage.record()[0]
    assert (attempt.status, attempt.error_kind, bool(attempt.source_url)) == ("rendered", "held", True)
    assert sorted(stage.script.fetched.values()) == [4, 4]
    stage.run(make("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_file_that_is_wrong_under_one_link_comes_home_under_the_next(stage):
    stage.script.files.extend([another_kind] * 4)
    stage.run(clip("a"), saved=1)
    assert sorted(stage.script.fetched.values()) == [1, 4]


def test_a_wrong_file_is_held_and_never_lost_though_the_provider_forgets_the_render(stage):
    stage.script.files.extend([another_kind] * 4)

    async def forget(moment):
        moment.script.orders.clear()
        return await as_usual(moment)

    stage.script.polls.extend([as_usual, as_usual, forget])
    stage.run(clip("a"), held=1, exit_status=6)
    assert stage.statuses() == {"a": ["rendered"]}


def test_a_link_that_is_refused_and_not_said_to_be_gone_is_held_and_never_lost(stage):
    stage.script.files.extend([saying(403, "")] * 100)
    stage.run(picture("a"), held=1, exit_status=6)
    assert stage.statuses() == {"a": ["rendered"]}
    stage.script.files.clear()
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_host_of_files_that_asks_for_long_patience_is_left_to_the_next_run(stage):
    stage.script.files.append(refusing_for("3600"))
    stage.run(picture("a"), parked=1, exit_status=6)
    assert stage.script.fetched.total() == 1


def refusing_for(seconds):
    async def step(moment):
        response = await saying(503, "busy")(moment)
        response.headers["Retry-After"] = seconds
        return response

    return step


@pytest.mark.parametrize("make", [picture, clip])
def test_a_dead_link_is_answered_with_a_fresh_one(stage, make):
    stage.script.files.extend([gone, gone])
    stage.run(make("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_link_that_works_only_a_little_later_is_not_lost(stage):
    stage.script.links = {}
    stage.script.files.extend([gone] * 5)

    async def the_same_link(moment):
        for order in moment.script.orders.values():
            order.polls = 1
        return await as_usual(moment)

    stage.script.polls.extend([as_usual] + [the_same_link] * 200)
    stage.run(picture("a"), saved=1)
    assert list(stage.script.fetched.values()) == [6]


@pytest.mark.parametrize("make", [picture, clip])
def test_a_link_that_is_dead_for_a_minute_loses_nothing(stage, make):
    moments = []

    async def gone_for_a_minute(moment):
        moments.append(stage.clock())
        return await (gone if moments[-1] - moments[0] < 60 / SPEED else whole_file)(moment)

    stage.script.files.extend([gone_for_a_minute] * 100)
    stage.run(make("a"), saved=1)


def test_a_link_that_stays_dead_longer_than_a_run_waits_is_parked_and_the_next_run_goes_on(stage, monkeypatch):
    monkeypatch.setattr(poller, "GIVE_UP_S", 10.0)
    stage.script.files.extend([gone] * 100)
    stage.run(clip("a"), parked=1, exit_status=6)
    assert stage.statuses() == {"a": ["rendered"]}
    stage.script.files.clear()
    stage.run(clip("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_file_that_is_asked_for_again_and_again_grows_old_and_its_end_lets_purchases_go_on(
    stage, soon_lost, monkeypatch
):
    monkeypatch.setattr(gate, "LONGEST_WAIT_FOR_A_FILE_S", 10.0)
    stage.concurrency, stage.script.patience = 1, 4

    async def gone_for_a(moment):
        return await (gone if "shot-a" in moment.request.path else whole_file)(moment)

    stage.script.files.extend([gone_for_a] * 200)
    stage.run(*map(picture, "abcdefgh"), saved=7, lost=1, exit_status=1)
    assert {event.cause for event in stage.told(PurchasesPaused)} == {
        "a finished file could not be fetched for ten minutes"
    }


@pytest.mark.parametrize("make", [picture, clip])
def test_a_file_that_every_source_says_is_gone_is_lost_and_its_cost_is_told(stage, make, soon_lost):
    stage.script.files.extend([gone] * 100)
    summary = stage.run(make("a"), lost=1, exit_status=1)
    assert "$0.25" in summary.failures[0].message
    assert summary.cost_usd == pytest.approx(0.25)
    assert stage.statuses() == {"a": ["lost"]}
    stage.run(make("a"), lost=1, exit_status=1)
    assert stage.bought() == {"shot a": 1}


@pytest.mark.parametrize("make", [picture, clip])
def test_a_link_that_is_new_in_the_last_answer_is_tried_before_a_file_is_lost(stage, make, soon_lost):
    stage.script.archive.append(unknown)
    stage.script.files.extend(EVERY_LINK_IS_DEAD[1:])
    stage.run(make("a"), saved=1)


def test_a_file_on_a_foreign_host_is_held_with_its_link_and_a_later_run_goes_on(stage):
    stage.run(picture("b"), saved=1)
    link = f"http://localhost:{stage.script.port}/files/a.jpg?signature=abc"
    stage.script.links = {"shot a": link}
    stage.run(picture("a"), picture("b"), held=1, skipped=1, exit_status=6)
    (attempt,) = [attempt for attempt in stage.record()[0] if attempt.task_key == "a"]
    assert (attempt.status, attempt.error_kind, attempt.source_url) == ("rendered", "held", link)
    stage.run(picture("a"), picture("b"), held=1, skipped=1, exit_status=6)
    stage.hosts = ("127.0.0.1", "localhost")
    stage.run(picture("a"), picture("b"), saved=1, skipped=1)
    assert stage.bought() == {"shot a": 1, "shot b": 1}


def test_a_target_that_is_no_file_holds_the_result_until_it_is_gone(stage):
    blocking = stage.root / "a.jpg"
    blocking.mkdir(parents=True)
    stage.run(picture("a"), held=1, exit_status=6)
    blocking.rmdir()
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


@pytest.mark.parametrize("make", [picture, clip])
def test_a_file_that_was_removed_is_fetched_again_and_not_bought(stage, make):
    task = make("a")
    stage.run(task, saved=1)
    (stage.root / task.path).unlink()
    stage.run(task, saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_file_that_was_removed_after_its_link_died_is_asked_about_and_fetched(stage):
    stage.run(picture("a"), saved=1)
    (stage.root / "a.jpg").unlink()
    stage.script.files.extend([gone, whole_file])
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}
    assert len(stage.script.arrivals) == 1


def test_what_stood_at_the_target_before_is_kept(stage):
    plant(stage.root, "a.jpg", b"somebody's own")
    summary = stage.attempt_to_run(picture("a"))
    assert summary.saved == 1
    (kept,) = stage.kept()
    assert (stage.root / kept).read_bytes() == b"somebody's own"


def test_one_lost_file_does_not_keep_its_neighbours_from_coming_home(stage, soon_lost):
    stage.script.failing = {}

    async def gone_for_a(moment):
        return await (gone if "shot-a" in moment.request.path else whole_file)(moment)

    stage.script.files.extend([gone_for_a] * 100)
    stage.run(*map(picture, "abcd"), saved=3, lost=1, exit_status=1)


def test_a_key_that_is_refused_does_not_stop_files_whose_links_are_known(stage):
    stage.script.files.extend([another_kind] * 8)
    stage.run(picture("a"), held=1, exit_status=6)
    stage.script.polls.extend([refusing(401, "invalidApiKey", is_named=False)] * 50)
    stage.script.submits.append(refusing(401, "invalidApiKey", is_named=False))
    stage.run(picture("a"), picture("b"), saved=1, failed=1, exit_status=3)


def test_a_dead_link_is_replaced_by_the_archives_before_anything_is_lost(stage, soon_lost):
    stage.script.files.extend(EVERY_LINK_IS_DEAD)
    stage.run(picture("b", path="b.jpg"), lost=1, exit_status=1)
    stage.script.files.extend(EVERY_LINK_IS_DEAD)
    stage.script.archive.append(with_link(f"http://127.0.0.1:{stage.script.port}/files/archived.jpg"))
    stage.run(picture("a"), saved=1)
    assert stage.script.fetched["/files/archived.jpg"] == 1


def test_a_file_is_not_lost_while_the_archive_cannot_be_asked(stage, soon_lost):
    stage.script.files.extend(EVERY_LINK_IS_DEAD)
    stage.script.archive.extend([saying(502, "<html>Bad gateway</html>")] * 5)
    stage.run(picture("a"), parked=1, exit_status=6)
    stage.script.archive.clear()
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_an_archive_that_knows_nothing_gives_no_link(stage, soon_lost):
    stage.script.files.extend(EVERY_LINK_IS_DEAD)
    stage.script.archive.append(unknown)
    stage.run(picture("a"), lost=1, exit_status=1)


def test_a_host_of_files_in_trouble_is_asked_for_ten_minutes_and_then_left_to_the_next_run(stage, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE_S", 60.0)
    stage.script.files.extend([saying(503, "busy")] * 200)
    stage.run(picture("a"), parked=1, exit_status=6)
    assert 5 < stage.script.fetched.total() < 12
    stage.script.files.clear()
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


def test_a_file_that_a_killed_run_had_put_in_place_is_taken_for_what_it_is(stage):
    stage.script.files.append(whole_file)
    plant(stage.root, "a.jpg", media_of("a.jpg"))
    stage.run(picture("a"), saved=1)
    assert stage.files() == ["a.jpg"]


def test_two_tasks_with_the_same_bytes_are_both_written_and_it_is_remarked(stage):
    stage.run(picture("a"), picture("b"), saved=2)
    assert stage.files() == ["a.jpg", "b.jpg"]
    said = [event.remarks for event in stage.told(TaskSaved)]
    assert len(said[0]) + 1 == len(said[1])
    assert any(remark in {"the same bytes as a.jpg", "the same bytes as b.jpg"} for remark in said[1])


def test_two_tasks_that_get_one_link_are_both_written_and_it_is_remarked(stage):
    stage.concurrency = 1
    stage.run(picture("c"), saved=1)
    link = f"http://127.0.0.1:{stage.script.port}/files/one.jpg"
    stage.script.links = {"shot a": link, "shot b": link}
    stage.script.files.extend([whole_file, sending(whole("jpeg-progressive"))])
    stage.run(picture("a"), picture("b"), picture("c"), saved=2, skipped=1)
    remarks = [remark for event in stage.told(TaskSaved) for remark in event.remarks]
    assert "the same link as a.jpg" in remarks
    assert stage.files() == ["a.jpg", "b.jpg", "c.jpg"]


@pytest.mark.parametrize("announces", [True, False])
def test_a_file_over_the_cap_is_held_with_its_link_and_nothing_of_it_is_kept(stage, announces):
    taken = []

    async def huge(moment):
        response = web.StreamResponse()
        if announces:
            response.content_length = 10**9
        await response.prepare(moment.request)
        with suppress(ConnectionError):
            for _ in range(100):
                await response.write(bytes(100_000))
                taken.append(100_000)
        return response

    stage.folder = partial(ArtifactFolder, largest_bytes=200_000)
    stage.script.files.append(huge)
    summary = stage.run(picture("a"), held=1, exit_status=6)
    assert "larger than 200000 bytes" in summary.failures[0].message
    assert (stage.script.fetched.total(), list(stage.root.glob("**/.renderline*"))) == (1, [])
    stage.folder = ArtifactFolder
    stage.run(picture("a"), saved=1)
    assert stage.bought() == {"shot a": 1}


class Refusing(ArtifactFolder):
    """A folder whose operating system refuses the first files with `number`, as often as `times` says."""

    number, times = errno.ENOSPC, 1

    async def receive(self, chunks, *, delivery, before_naming=None):
        if self.times > 0:
            type(self).times -= 1
            with held_on_trouble(f"{delivery.target} cannot be written"):
                raise OSError(self.number, "refused")
        return await super().receive(chunks, delivery=delivery, before_naming=before_naming)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_ends_purchases_and_what_was_bought_is_fetched_by_the_next_run(stage, number):
    stage.concurrency = 1
    stage.folder = type("Full", (Refusing,), {"number": number})
    tasks = [*map(picture, "abcd")]
    summary = stage.attempt_to_run(*tasks)
    stage.check()
    assert (summary.exit_status, summary.held) == (6, 1)
    assert summary.left >= 1
    bought = dict(stage.bought())
    stage.folder = ArtifactFolder
    summary = stage.run(*tasks, saved=4 - summary.saved, skipped=summary.saved)
    assert {key: stage.bought()[key] for key in bought} == bought
    assert set(stage.bought().values()) == {1}


def test_too_many_open_files_hold_nothing_up_for_long(stage):
    stage.folder = type("Exhausted", (Refusing,), {"number": errno.EMFILE, "times": 3})
    stage.run(picture("a"), saved=1)
    assert stage.script.fetched.total() == 4


class Small(ArtifactFolder):
    """A folder on a disk that has room for nothing more."""

    async def free_bytes(self):
        return 1000


def test_nothing_is_bought_for_a_disk_without_room_and_what_was_bought_comes_home(stage):
    stage.script.polls.extend([refusing(401, "invalidApiKey", is_named=False)] * 100)
    stage.run(picture("a"), parked=1, exit_status=3)
    stage.script.polls.clear()
    stage.folder = Small
    stage.run(picture("a"), picture("b"), saved=1, left=1, exit_status=6)
    (paused,) = stage.told(PurchasesPaused)
    assert "MB left" in paused.cause
    stage.folder = ArtifactFolder
    stage.run(picture("a"), picture("b"), skipped=1, saved=1)


@pytest.mark.parametrize("make", [picture, clip])
def test_a_file_that_is_fetched_again_costs_nothing_and_says_nothing_of_money(stage, make):
    task = make("a")
    first = stage.run(task, saved=1)
    (stage.root / task.path).unlink()
    # a dead link makes the provider tell the price once more
    stage.script.files.extend([gone, whole_file])
    again = stage.run(task, saved=1)
    assert [event.cost_usd for event in stage.told(TaskRendered)] == [None]
    assert stage.told(CostUnknown) == []
    assert (again.cost_usd, again.unpriced) == (0.0, ())
    assert again.committed_usd == first.committed_usd
