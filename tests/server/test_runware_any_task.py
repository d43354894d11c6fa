"""Whatever tasks come, each is answered in Runware's words, and nothing is sold that was refused."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.server.runware.counter import SERVED

_NAMES = (
    "taskUUID", "model", "positivePrompt", "width", "height", "duration", "fps", "seed", "steps", "numberResults",
    "outputType", "deliveryMethod", "safety", "ttl", "frameImages", "referenceImages", "inputs", "speech", "lora",
    "providerSettings", "acceleratorOptions", "operation", "media", "image", "search", "capabilities", "limit",
    "offset", "category", "connectionSessionUUID", "includeCost", "webhookURL", "uploadEndpoint",
)  # fmt: skip
_WORDS = st.sampled_from([
    "", "a lake", "runware:210@1", "runware:kandinsky-5.0-image-lite@1", "a:b@c", "upload", "delete", "getDetails",
    "URL", "dataURI", "sync", "async", "first", "fast", "data:image/png;base64,iVBORw0KGgo=", "iVBORw0KGgo=",
    "http://127.0.0.1:1/", "http://[", "\ud800", "00000000-0000-4000-8000-000000000000",
])  # fmt: skip
_LEAVES = st.none() | st.booleans() | st.integers(-2, 1100) | st.floats(allow_nan=False, allow_infinity=False) | _WORDS
_MEMBERS = ("image", "inputImage", "frame", "mode", "pixverse", "effect", "cameraMovement", "frameImages", "model")
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=3)
)
_WHOLE = st.sampled_from([
    {"taskType": "videoInference", "model": "a:b@c", "positivePrompt": "a lake", "duration": 1, "width": 256,
     "height": 256},
    {"taskType": "videoInference", "model": "runware:210@1", "positivePrompt": "a lake", "duration": 5, "width": 512,
     "height": 512},
    {"taskType": "imageInference", "model": "runware:kandinsky-5.0-image-lite@1", "positivePrompt": "a lake",
     "width": 1024, "height": 1024, "deliveryMethod": "async"},
    *({"taskType": kind} for kind in SERVED),
])  # fmt: skip
_CHANGES = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_WHOLE, _CHANGES), min_size=1, max_size=6))
def test_any_array_of_tasks_is_answered(shared_witness, parts):
    tasks = [{"taskUUID": str(uuid4()), **whole, **changes} for whole, changes in parts]
    if tasks[0]["taskType"] == "authentication":
        tasks[0]["apiKey"] = "a-key"
    before = len(shared_witness.ledger()["purchases"])
    answer = shared_witness.post(*tasks)
    assert answer.status in {200, 400, 404}
    paid = {task["taskUUID"] for task in tasks if task["taskType"] in {"videoInference", "imageInference"}
            and isinstance(task["taskUUID"], str)}  # fmt: skip
    # what is told of an earlier sale bears a status, what was just sold does not
    fresh = [item for item in answer.body["data"] if item.get("taskUUID") in paid and "status" not in item]
    sold = {item["taskUUID"] for item in fresh if item["taskType"].endswith("Inference")}
    assert len(shared_witness.ledger()["purchases"]) - before == len(sold)
    assert all(error["code"] and error["message"] for error in answer.body.get("errors", []))
