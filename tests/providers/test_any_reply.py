"""Whatever comes back, only the documented errors come out, and their texts are fit to print."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.errors import AccountError, OutcomeUnknownError, ReadFailedError, RejectedError, TransientError
from render.providers import PROVIDERS
from render.providers.protocol import Accepted, Details
from tests.providers.exchanges import a_reply

OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
_SUBMIT_ERRORS = (TransientError, OutcomeUnknownError, RejectedError, AccountError)
_POLL_ERRORS = (ReadFailedError, AccountError)

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([OURS, "success", "error", "processing", "completed", "https://vm.runware.ai/v.mp4", 10**400])
    | st.sampled_from(["conflictTaskUUID", "invalidWidth", "rateLimit", "taskNotFound", "timeoutProvider"])
)
_NAMES = """taskUUID taskType status code message parameter error errors data videoURL videoUUID cost seed progress
NSFWContent id video url meta usage credits_used detail title name errorMessage errorId response client_request_id
inference_id pagination has_more"""
_KEYS = st.sampled_from(_NAMES.split())
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5), max_leaves=15
)
_DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={"data": _VALUES, "errors": _VALUES, "error": _VALUES, "id": _VALUES, "status": _VALUES, "meta": _VALUES},
)
_BODIES = st.binary(max_size=60) | _DOCUMENTS.map(lambda document: json.dumps(document).encode())
_REPLIES = st.builds(lambda body, status: a_reply(body, status=status), _BODIES, st.integers(100, 599))


_patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(read, errors):
    try:
        return read()
    except errors as error:
        return error


@pytest.mark.parametrize("name", PROVIDERS)
@_patiently
@given(reply=_REPLIES)
def test_an_answer_to_a_submit_is_an_acceptance_or_a_documented_error(name, reply):
    found = outcome(lambda: PROVIDERS[name].read_submit(reply, our_id=OURS), _SUBMIT_ERRORS)
    assert isinstance(found, Accepted) or (found.message.isprintable() and 0 < len(found.message) < 700)


@pytest.mark.parametrize("name", PROVIDERS)
@_patiently
@given(reply=_REPLIES)
def test_an_answer_to_a_poll_is_a_state_for_each_id_or_a_documented_error(name, reply):
    found = outcome(lambda: PROVIDERS[name].read_poll(reply, remote_ids=[OURS]), _POLL_ERRORS)
    if isinstance(found, _POLL_ERRORS):
        assert found.message.isprintable()
    else:
        state = found[OURS]
        assert state.results or state.failures or state.is_pending
        assert {type(failure) for failure in state.failures} <= {RejectedError, TransientError}


@pytest.mark.parametrize("name", PROVIDERS)
@_patiently
@given(reply=_REPLIES)
def test_an_answer_about_an_archive_or_a_log_is_read_or_a_documented_error(name, reply):
    details = outcome(lambda: PROVIDERS[name].read_details(reply, remote_id=OURS), _POLL_ERRORS)
    page = outcome(lambda: PROVIDERS[name].read_log(reply, our_ids=[OURS]), _POLL_ERRORS)
    assert isinstance(details, Details) or details.message.isprintable()
    assert page.message.isprintable() if isinstance(page, _POLL_ERRORS) else set(page.remote_ids) <= {OURS}


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_called_by_its_own_name(name):
    provider = PROVIDERS[name]
    assert provider.name == name
    assert provider.default_base_url.startswith("https://")
