"""Files that go in: given to the provider once, named by every purchase, given anew once where it lost them."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from render.catalog.load import load_catalog
from render.catalog.media import file_data
from render.errors import StateError
from render.events import InputGiven, RetryScheduled
from render.records import Status
from render.runner.inputs import INLINE_BYTES, LIFE, MOST_INLINE_BYTES
from render.settings import Secret
from render.store import Known, read_snapshot
from render.wish import InputFile, Task
from tests.runner.scripted import accept, accept_known_media, keep, refusing, reset

MODEL = "klingai:3@2"


@pytest.fixture
def plate(tmp_path):
    """A file that is too large to stand in a request."""
    return an_input(tmp_path / "plate.png", bytes(range(256)) * 400)


def an_input(path, content):
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return InputFile(path=str(path), name=path.name, sha256=digest, size_bytes=len(content), media_type="image/png")


def using(key, *files):
    inputs = [
        file_data(name=each.name, sha256=each.sha256, size_bytes=each.size_bytes, media_type=each.media_type)
        for each in files
    ]
    params = {"prompt": f"shot {key}", "duration": 5, "reference_images": inputs}
    return Task(
        key=key, shot=key, take=1, model=MODEL, provider="runware", lane="runware", params=params, path=f"{key}.jpg"
    )


def uploads(stage):
    return read_snapshot(stage.root / "state.db", project="film", kind="paid").uploads


def test_fifty_purchases_name_a_file_that_was_given_once(stage, plate):
    stage.inputs = (plate,)
    stage.run(*(using(f"s{number}", plate) for number in range(50)), saved=50)
    ((media_id, sent),) = stage.script.media.items()
    assert base64.b64decode(sent.removeprefix("data:image/png;base64,")) == bytes(range(256)) * 400
    assert stage.script.named == [[media_id]] * 50
    assert [(upload.media_id, upload.sha256) for upload in uploads(stage)] == [(media_id, plate.sha256)]
    assert stage.told(InputGiven) == [InputGiven(lane="runware", name="plate.png", size_bytes=plate.size_bytes)]


def test_the_record_of_a_purchase_holds_the_digest_and_neither_bytes_nor_id(stage, plate):
    stage.inputs = (plate,)
    stage.run(using("a", plate), saved=1)
    ((attempt,), _) = stage.record()
    assert attempt.request["referenceImages"] == [f"media:{plate.sha256}"]


def test_a_later_run_names_it_by_what_is_recorded(stage, plate):
    stage.inputs = (plate,)
    stage.run(using("a", plate), saved=1)
    stage.run(using("a", plate), using("b", plate), skipped=1, saved=1)
    assert len(stage.script.media) == 1


def test_what_was_given_long_ago_is_given_anew(stage, plate):
    stage.inputs = (plate,)
    stage.run(using("a", plate), saved=1)
    stage.date = lambda: datetime.now(UTC) + LIFE
    stage.run(using("b", plate), saved=1)
    assert len(stage.script.media) == 2
    assert len(uploads(stage)) == 1
    assert uploads(stage)[0].uploaded_at > datetime.now(UTC) + LIFE - timedelta(minutes=5)


def test_a_small_file_stands_in_the_request_and_is_given_to_nobody(stage, tmp_path):
    content = b"x" * INLINE_BYTES
    small = an_input(tmp_path / "small.png", content)
    stage.inputs = (small,)
    stage.run(using("a", small), saved=1)
    assert stage.script.media == {}
    assert stage.script.named == [["data:image/png;base64," + base64.b64encode(content).decode()]]
    ((attempt,), _) = stage.record()
    assert attempt.request["referenceImages"] == [f"media:{small.sha256}"]


def test_a_file_that_was_lost_is_given_anew_once_for_all_and_bought_with(stage, plate):
    stage.inputs, stage.concurrency = (plate,), 2
    stage.run(using("a", plate), saved=1)
    (lost,) = stage.script.media
    stage.script.media.clear()
    stage.script.submits.extend([accept_known_media] * 12)
    stage.run(*(using(f"s{number}", plate) for number in range(6)), saved=6)
    (given,) = stage.script.media
    assert {lost, given} == {each for (each,) in stage.script.named}
    assert set(stage.bought().values()) == {1}
    assert [upload.media_id for upload in uploads(stage)] == [given]
    # the refused ones are recorded, under ids of their own
    numbers = {attempt.number for attempt in stage.record()[0] if attempt.status is Status.FAILED}
    assert numbers == {1}


def test_a_file_that_is_refused_again_after_it_was_given_anew_fails_for_good(stage, plate):
    stage.inputs = (plate,)
    refuses = refusing(400, "invalidReferenceImages")
    stage.script.submits.extend([refuses] * 9)
    stage.run(using("a", plate), exit_status=1, failed=1)
    assert len(stage.script.media) == 2
    attempts, _ = stage.record()
    assert [(attempt.number, attempt.is_final) for attempt in attempts] == [(1, False), (2, True)]
    assert stage.script.purchases == {}


def test_a_refusal_of_anything_else_gives_nothing_anew(stage, plate):
    stage.inputs = (plate,)
    stage.script.submits.append(refusing(400, "invalidPositivePrompt"))
    stage.run(using("a", plate), exit_status=1, failed=1)
    assert len(stage.script.media) == 1


def test_what_may_have_been_bought_keeps_its_id_while_its_input_is_given_anew(stage, plate):
    stage.inputs = (plate,)

    async def lose_and_reset(moment):
        moment.script.media.clear()
        return await reset(moment)

    stage.script.submits.extend([lose_and_reset, accept_known_media, accept_known_media])
    stage.run(using("a", plate), saved=1)
    assert len(set(stage.script.arrivals)) == 1
    assert stage.statuses() == {"a": ["saved"]}


def test_a_file_that_was_edited_meanwhile_is_not_sent_and_nothing_is_bought(stage, plate, tmp_path):
    (tmp_path / "plate.png").write_bytes(bytes(102_400))
    stage.inputs = (plate,)
    summary = stage.run(using("a", plate), exit_status=1, left=1)
    assert "plate.png was changed" in summary.failures[0].message
    assert stage.script.media == {}
    assert stage.record() == ((), {})


def test_a_file_that_is_gone_leaves_the_task_and_the_others_go_on(stage, plate, tmp_path):
    (tmp_path / "plate.png").unlink()
    stage.inputs = (plate,)
    summary = stage.run(using("a", plate), using("b"), exit_status=1, left=1, saved=1)
    assert "cannot be read any more" in summary.failures[0].message


def test_a_line_that_breaks_is_no_end_and_what_is_stored_twice_is_named_once(stage, plate):
    async def keep_and_reset(moment):
        await keep(moment)
        return await reset(moment)

    stage.inputs = (plate,)
    stage.script.stores.extend([reset, keep_and_reset])
    stage.run(using("a", plate), using("b", plate), saved=2)
    assert [again.attempt_no for again in stage.told(RetryScheduled)] == [1, 2]
    assert len(stage.script.media) == 2
    assert len({named for (named,) in stage.script.named}) == 1


def test_a_file_that_is_not_taken_fails_what_needs_it_and_is_sent_once(stage, plate):
    stage.inputs = (plate,)
    stage.script.stores.append(refusing(400, "invalidMedia"))
    summary = stage.run(using("a", plate), using("b", plate), exit_status=1, failed=2)
    assert {failure.kind for failure in summary.failures} == {"rejected"}
    assert stage.record() == ((), {})
    assert stage.script.requests == 1


def test_a_host_that_never_answers_leaves_the_task_to_the_next_run(stage, plate):
    stage.inputs = (plate,)
    stage.script.stores.extend([reset] * 6)
    stage.run(using("a", plate), exit_status=6, left=1)
    stage.run(using("a", plate), saved=1)


def test_a_refused_key_closes_the_lane_before_anything_is_bought(stage, plate):
    stage.inputs = (plate,)
    stage.script.stores.append(refusing(401, "invalidApiKey"))
    stage.run(using("a", plate), using("b", plate), exit_status=3, left=2)
    assert stage.script.purchases == {}


def test_an_id_that_cannot_be_written_down_is_not_used(stage, plate):
    stage.inputs = (plate,)
    stage.write = _refuse_uploads
    stage.run(using("a", plate), exit_status=4, left=1)
    assert stage.script.purchases == {}


def _refuse_uploads(store, changes):
    if any(isinstance(change, Known) for change in changes):
        raise StateError("the disk is full")
    store.write(changes)


def test_another_key_is_given_its_own(stage, plate):
    stage.inputs = (plate,)
    stage.run(using("a", plate), saved=1)
    stage.key = Secret("another-key-of-somebody")
    stage.run(using("a", plate), using("b", plate), skipped=1, saved=1)
    assert len(stage.script.media) == 2
    assert {upload.key_mark for upload in uploads(stage)} == {attempt.key_mark for attempt in stage.record()[0]}


def test_what_a_run_that_was_cut_off_gave_is_used_by_the_next(stage, plate):
    stage.inputs = (plate,)
    stage.script.submits.append(_stop_first)
    stage.attempt_to_run(using("a", plate))
    stage.run(using("a", plate), saved=1)
    assert len(stage.script.media) == 1
    assert stage.bought() == {"shot a": 1}


async def _stop_first(moment):
    moment.script.stop()
    return await accept(moment)


def test_a_render_that_fails_for_an_input_of_an_earlier_run_is_bought_again_with_one_that_is_given_anew(stage, plate):
    stage.inputs = (plate,)
    stage.run(using("a", plate), saved=1)
    stage.script.failing["shot b"] = "invalidReferenceImages"
    stage.run(using("b", plate), exit_status=1, failed=1)
    stage.script.failing.clear()
    stage.run(using("b", plate), saved=1)
    assert len(stage.script.media) == 2
    assert stage.bought() == {"shot a": 1, "shot b": 2}


def test_a_render_that_fails_for_an_input_of_this_run_fails_for_good(stage, plate):
    stage.inputs = (plate,)
    stage.script.failing["shot a"] = "invalidReferenceImages"
    stage.run(using("a", plate), exit_status=1, failed=1)
    stage.run(using("a", plate), exit_status=1, left=1)
    assert len(stage.script.media) == 1


THEIR_SPEC = """\
id: acme/plates
name: Acme Plates
aliases: [plates]
provider: aimlapi
medium: video
source: a page
checked: 2026-11-21
params:
  prompt: {type: string, required: true, about: What is seen.}
  reference_images: {wire: image_urls, type: list, media: image, about: What guides the look.}
extensions: {MP4: mp4}
"""


@pytest.fixture
def their_model(tmp_path, monkeypatch):
    """A model of a provider that keeps no files."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "plates.yaml").write_text(THEIR_SPEC, encoding="utf-8")
    known = load_catalog((tmp_path / "models",))
    monkeypatch.setattr("tests.runner.stage.catalog", lambda: known)

    def task(key, file):
        made = using(key, file)
        params = {name: value for name, value in made.params.items() if name != "duration"}
        return replace(made, model="acme/plates", provider="aimlapi", lane="aimlapi", params=params, path=f"{key}.mp4")

    return task


def test_where_no_files_are_kept_they_stand_in_the_request(stage, plate, their_model):
    stage.inputs = (plate,)
    stage.run(their_model("a", plate), saved=1)
    assert stage.script.media == {}
    ((attempt,), _) = stage.record()
    assert attempt.request["image_urls"] == [f"media:{plate.sha256}"]


def test_where_no_files_are_kept_a_large_one_is_refused_before_anything_is_bought(stage, tmp_path, their_model):
    large = an_input(tmp_path / "large.png", bytes(MOST_INLINE_BYTES + 1))
    stage.inputs = (large,)
    summary = stage.run(their_model("a", large), exit_status=1, failed=1)
    assert "keeps no files" in summary.failures[0].message
    assert stage.script.purchases == {}
