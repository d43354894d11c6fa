"""Everything that reads bytes of strangers, each with what may come of it; anything else is a breach, in words.

A reader takes an input and returns None, or what is wrong with what it did.
"""

import io
import math
import re
import time
from datetime import UTC, datetime

from render.containers.measure import measure
from render.errors import (
    AccountError,
    BytesRefusedError,
    InputRefusedError,
    OutcomeUnknownError,
    ReadFailedError,
    RejectedError,
    TransientError,
)
from render.providers import PROVIDERS
from render.providers.protocol import Accepted, Details, Reply
from render.retry_after import retry_after

OURS = "24cd5dff-cb81-4db5-8506-b72a9425f9d1"
REPLIES, MEDIA, HEADERS = "replies", "media", "retry_after"
#: seconds of this processor that one input may take
MOST_S = 1.0
_SUBMIT = (TransientError, OutcomeUnknownError, RejectedError, AccountError)
_READ = (ReadFailedError, AccountError)
_STATUSES = (200, 400, 401, 409, 429, 500)
_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONGEST_WORDS, _LONGEST_ID, _LONGEST_WAIT_S = 800, 600, 3600


def judge(kind, data, *, readers=None):
    """Put one input to every reader of its kind, or to `readers`; return every breach."""
    asked = READERS[kind] if readers is None else readers
    return [breach for name, read in asked.items() for breach in _judged(name, read, data)]


def _judged(name, read, data):
    began = time.process_time()
    try:
        wrong = read(data)
    except Exception as error:  # noqa: BLE001 - any error that is not documented is what is looked for
        wrong = f"{type(error).__name__}: {error}"
    if wrong:
        yield f"{name}: {wrong[:300]}"
    took_s = time.process_time() - began
    if took_s > MOST_S:
        yield f"{name}: it took {took_s:.1f} s"


def _each_status(read):
    def all_statuses(data):
        for status in _STATUSES:
            reply = Reply(status=status, headers={}, body=data, retry_after_s=None)
            if wrong := read(reply):
                return f"HTTP {status}: {wrong}"
        return None

    return all_statuses


def _submit(provider):
    def read(reply):
        try:
            found = provider.read_submit(reply, our_id=OURS)
        except _SUBMIT as error:
            return _words(error)
        if not isinstance(found, Accepted) or not _is_id(found.remote_id):
            return f"accepted as {found!r}"
        return _cost(found.cost_usd)

    return _each_status(read)


def _upload(provider):
    def read(reply):
        try:
            media_id = provider.read_upload(reply, our_id=OURS)
        except (*_READ, TransientError, RejectedError) as error:
            return _words(error)
        return None if _UUID.fullmatch(media_id) else f"stored as {media_id!r}"

    return _each_status(read)


def _poll(provider):
    def read(reply):
        try:
            states = provider.read_poll(reply, remote_ids=[OURS])
        except _READ as error:
            return _words(error)
        if set(states) != {OURS}:
            return f"states of {set(states)}"
        return _state(states[OURS])

    return _each_status(read)


def _details(provider):
    def read(reply):
        try:
            found = provider.read_details(reply, remote_id=OURS)
        except _READ as error:
            return _words(error)
        if not isinstance(found, Details):
            return f"details are {found!r}"
        return _result(found.result) if found.result else None

    return _each_status(read)


def _log(provider):
    def read(reply):
        try:
            page = provider.read_log(reply, our_ids=[OURS])
        except _READ as error:
            return _words(error)
        is_sound = set(page.remote_ids) <= {OURS} and all(map(_is_id, page.remote_ids.values()))
        return None if is_sound else f"the page names {page.remote_ids}"

    return _each_status(read)


def _state(state):
    if not (state.results or state.failures or state.is_pending):
        return "neither finished nor failed nor pending"
    if {type(failure) for failure in state.failures} - {InputRefusedError, RejectedError, TransientError}:
        return f"failures are {state.failures}"
    if not state.word.isprintable() or len(state.word) > _LONGEST_ID:
        return f"the word is {state.word!r}"
    if state.progress is not None and not 0 <= state.progress <= 100:
        return f"progress is {state.progress}"
    wrong = [*map(_words, state.failures), *map(_result, state.results)]
    return next(filter(None, wrong), None)


def _result(result):
    url = result.url
    if url and not (url.startswith(("http://", "https://")) and url.isascii() and url.isprintable() and " " not in url):
        return f"the link is {url!r}"
    if result.seed is not None and not (type(result.seed) is int and 0 <= result.seed < 1 << 64):
        return f"the seed is {result.seed!r}"
    if result.is_nsfw not in {None, True, False} or not isinstance(result.result_id, str):
        return f"the result is {result!r}"
    return _cost(result.cost_usd)


def _cost(cost):
    is_sound = cost is None or (isinstance(cost, float) and math.isfinite(cost) and 0 < cost < 10_000)
    return None if is_sound else f"the cost is {cost!r}"


def _words(error):
    said = (error.message, error.hint, getattr(error, "code", ""))
    is_fit = all(text.isprintable() and len(text) <= _LONGEST_WORDS for text in said)
    return None if is_fit and error.message else f"not fit to be shown: {said!r}"


def _is_id(value):
    return isinstance(value, str) and bool(value) and value.isprintable() and len(value) <= _LONGEST_ID


def _container(data):
    try:
        found = measure(io.BytesIO(data), len(data))
    except BytesRefusedError as error:
        return _words(error)
    sides = (found.width_px, found.height_px)
    numbers = [number for number in (*sides, found.duration_s, found.fps) if number is not None]
    is_sound = all(sides) and all(math.isfinite(number) and number > 0 for number in numbers)
    return None if is_sound else f"measured as {found}"


def _header(data):
    wait_s = retry_after({"retry-after": data.decode("latin-1")}, _NOW)
    is_sound = wait_s is None or (math.isfinite(wait_s) and 0 <= wait_s <= _LONGEST_WAIT_S)
    return None if is_sound else f"a wait of {wait_s!r}"


def _of_providers():
    kinds = {"submit": _submit, "upload": _upload, "poll": _poll, "details": _details, "log": _log}
    return {f"{name} {kind}": make(it) for name, it in PROVIDERS.items() for kind, make in kinds.items()}


READERS = {REPLIES: _of_providers(), MEDIA: {"containers": _container}, HEADERS: {"Retry-After": _header}}
