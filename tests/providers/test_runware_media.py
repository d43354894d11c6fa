import pytest

from render.errors import AccountError, InputRefusedError, ReadFailedError, RejectedError, TransientError
from render.providers import PROVIDERS
from render.providers.protocol import ENCLOSURE
from tests.providers.exchanges import a_reply

RUNWARE, AIMLAPI = PROVIDERS["runware"], PROVIDERS["aimlapi"]
OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
THEIRS = "0f6d3c2e-6f6a-4a5e-9b57-3d9a8f1c2b3d"


def stored(**changes):
    return {"taskType": "mediaStorage", "taskUUID": OURS, "operation": "upload", "mediaUUID": THEIRS, **changes}


def refused(code, *, status=400, **more):
    error = {"code": code, "message": "because", "taskUUID": OURS, **more}
    return a_reply({"data": [], "errors": [error]}, status=status)


def read(reply):
    return RUNWARE.read_upload(reply, our_id=OURS)


def test_an_upload_is_a_free_task_of_its_own_with_the_bytes_as_a_data_uri():
    call = RUNWARE.upload(our_id=OURS, media_type="image/png")
    (task,) = call.body
    media = f"data:image/png;base64,{ENCLOSURE}"
    assert task == {"taskType": "mediaStorage", "taskUUID": OURS, "operation": "upload", "media": media}
    assert not call.is_paid


def test_the_answer_names_the_file_by_a_uuid():
    assert read(a_reply({"data": [stored()]})) == THEIRS


@pytest.mark.parametrize(
    "item",
    [stored(mediaUUID="no id"), stored(mediaUUID=5), stored(taskUUID=THEIRS), {"taskUUID": OURS}],
    ids=["no UUID", "a number", "of another task", "none"],
)
def test_an_answer_that_names_no_file_of_ours_is_none(item):
    with pytest.raises(ReadFailedError):
        read(a_reply({"data": [item]}))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refused("invalidMedia"), RejectedError),
        (refused("invalidApiKey", status=401), AccountError),
        (refused("insufficientCredits", status=402), AccountError),
        (refused("rateLimitExceeded", status=429), TransientError),
        (refused("internalServerError", status=500), ReadFailedError),
        (a_reply(b"<html>", status=502), ReadFailedError),
        (a_reply(b"too large", status=413), RejectedError),
    ],
)
def test_what_follows_from_a_refusal_is_told_by_its_class(reply, error):
    with pytest.raises(error):
        read(reply)


@pytest.mark.parametrize(
    "about",
    [
        {"parameter": "frameImages[0].inputImage"},
        {"parameter": "referenceVideos[2]"},
        {"parameter": ["prompt", "inputAudios[0]"]},
        {"parameter": "inputs.referenceImages[0]"},
    ],
)
def test_a_refused_task_whose_input_is_named_may_have_lost_it(about):
    with pytest.raises(InputRefusedError):
        RUNWARE.read_submit(refused("invalidParameter", **about), our_id=OURS)


def test_a_code_about_stored_files_says_the_same():
    with pytest.raises(InputRefusedError):
        RUNWARE.read_submit(refused("mediaNotFound"), our_id=OURS)


@pytest.mark.parametrize("parameter", ["frameImages[0].frame", "positivePrompt", "width"])
def test_a_refusal_of_anything_else_is_no_matter_of_inputs(parameter):
    with pytest.raises(RejectedError) as raised:
        RUNWARE.read_submit(refused("invalidParameter", parameter=parameter), our_id=OURS)
    assert not isinstance(raised.value, InputRefusedError)


def test_a_provider_that_keeps_no_files_is_sent_none():
    assert AIMLAPI.upload(our_id=OURS, media_type="image/png") is None
    with pytest.raises(RejectedError):
        AIMLAPI.read_upload(a_reply({}), our_id=OURS)


def test_what_is_found_in_an_input_is_no_sign_that_it_was_lost():
    refusal = refused("contentPolicyViolation", parameter="frameImages[0].inputImage")
    with pytest.raises(RejectedError) as raised:
        RUNWARE.read_submit(refusal, our_id=OURS)
    assert not isinstance(raised.value, InputRefusedError)


def test_a_render_that_failed_for_an_input_says_so():
    error = {"code": "invalidFrameImages", "message": "because", "parameter": "frameImages[0]", "taskUUID": OURS}
    states = RUNWARE.read_poll(a_reply({"data": [], "errors": [error]}), remote_ids=[OURS])
    assert [type(failure) for failure in states[OURS].failures] == [InputRefusedError]
