"""Fresh inputs from a seed on: saved ones that were damaged, documents of the right words, and plain noise."""

import json
import random
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as from_seed
from hypothesis import strategies as st

from tests.prove.replies.corpus import saved
from tests.prove.replies.readers import HEADERS, MEDIA, OURS, REPLIES, judge

#: examples from one seed
_A_BATCH = 20
#: damaged ones beside each that is made up: drawing costs more than reading
_DAMAGED = 10
_NAMES = [
    *("taskUUID", "taskType", "status", "code", "message", "parameter", "error", "errors", "data", "id", "video"),
    *("videoURL", "imageURL", "videoUUID", "imageUUID", "cost", "seed", "progress", "NSFWContent", "url", "meta"),
    *("usage", "credits_used", "detail", "title", "name", "errorMessage", "errorId", "response", "request"),
    *("client_request_id", "inference_id", "pagination", "has_more", "statusCode", "documentation"),
]
_WORDS = [OURS, "success", "error", "processing", "completed", "queued", "generating", "getTaskDetails"]
_CODES = ["conflictTaskUUID", "invalidWidth", "rateLimit", "taskNotFound", "timeoutProvider", "insufficientCredits"]
_ODD = [10**400, -1, 2**64, 1e308, "\x1b[2J", "\ud800", "https://vm.runware.ai/v.mp4", "//a", "\u202ea\r\nb", ""]

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=30)
    | st.sampled_from([*_WORDS, *_CODES, *_ODD])
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=25,
)
_DOCUMENTS = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=6).map(lambda it: json.dumps(it).encode())
_DATES = st.from_regex(r"\A[A-Z][a-z]{2,8},? ?\d{0,2}[ -]?[A-Z][a-z]{2}[ -] ?\d{1,4} \d\d:\d\d:\d\d ?(GMT|\d{4})?\Z")
_NUMBERS = st.integers().map(str) | st.floats().map(str) | st.text(max_size=20)
_INTERESTING = [b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"\x80", b"{", b'"']


def _damaged(kind, seed):
    """Saved inputs with a few bytes changed, as chance with this seed will have it."""
    chance, whole = random.Random(seed), list(saved(kind).values())
    for _ in range(_DAMAGED):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 5)):
            place, length = chance.randint(0, len(data)), chance.choice((0, 1, 4, 16))
            data[place : place + length] = chance.choice((*_INTERESTING, chance.randbytes(chance.randint(1, 8))))
        yield bytes(data)


_FRESH = {
    REPLIES: _DOCUMENTS | st.binary(max_size=80),
    MEDIA: st.binary(max_size=400),
    HEADERS: (_DATES | _NUMBERS).map(lambda text: text.encode("latin-1", "replace")),
}


@dataclass(frozen=True, kw_only=True)
class Fuzzed:
    """What came of the fresh inputs of one kind."""

    kind: str
    inputs: int
    #: in words, each with the input that shows it
    breaches: tuple


def fuzz(kind, *, seeds, readers=None, shrinks=True):
    """Put the inputs of each seed to the readers of a kind, until one breaks; then look for the smallest such.

    The inputs of one seed are always the same: no clock, no database and no other setting changes them.
    """
    tried, broken = 0, {}

    @settings(
        max_examples=_A_BATCH,
        database=None,
        derandomize=False,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(fresh=_FRESH[kind], seed=st.integers(0, 2**64 - 1))
    def a_batch(fresh, seed):
        nonlocal tried
        for data in (fresh, *_damaged(kind, seed)):
            tried += 1
            found = judge(kind, data, readers=readers)
            if found:
                broken["last"] = [f"{breach}: {data[:200]!r}" for breach in found]
            assert not found

    for number in seeds:
        try:
            from_seed(number)(a_batch)()
        except AssertionError:
            # `broken` holds the smallest input that was found
            break
    return Fuzzed(kind=kind, inputs=tried, breaches=tuple(broken.get("last", ())))
