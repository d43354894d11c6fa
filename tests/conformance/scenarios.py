"""The table: what each official client is put through, and what has to be seen.

Where a client is known to go wrong, `theirs` says how; the server is then right, and the table says so instead of
hiding it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One client over one transport."""

    name: str
    #: folder of its virtual environment below `.venv-clients`
    venv: str
    driver: str
    transport: str = ""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What has to be seen: facts of `judge.py` by name; facts not named may be anything."""

    facts: dict
    #: the client's own defect that shows here; "" where it behaves
    theirs: str = ""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One thing every client is asked to do; lanes that it is not for have no entry."""

    name: str
    about: str
    expected: dict
    #: the first thing the server says after it counted another one of these is lost, and the connection cut:
    #: `purchase` or `poll`; "" for an undisturbed line
    lose_after: str = ""
    #: another key than the server's
    key: str = ""
    #: a fault script of `render serve`; such a scenario has a server of its own
    faults: tuple = ()


LANES = (
    Lane(name="runware/ws", venv="runware", driver="drive_runware.py"),
    Lane(name="runware-sdk/ws", venv="runware-sdk", driver="drive_runware_sdk.py", transport="websocket"),
    Lane(name="runware-sdk/rest", venv="runware-sdk", driver="drive_runware_sdk.py", transport="rest"),
    Lane(name="aimlapi-sdk", venv="aimlapi-sdk-python", driver="drive_aimlapi.py"),
)
_OLD, _WS, _REST, _AIML = (lane.name for lane in LANES)
_RUNWARE = (_OLD, _WS, _REST)


def _done(kind, *, results=1, bought=1, sent=1, theirs="", **more):
    files = {"results": results, "files": [kind] * results}
    return Expected(facts={"outcome": "done", **files, "bought": bought, "sent": sent, **more}, theirs=theirs)


def _refused(code, *, bought=0, sent=1, theirs="", **more):
    return Expected(facts={"outcome": code, "results": 0, "bought": bought, "sent": sent, **more}, theirs=theirs)


def _for(lanes, expected):
    return dict.fromkeys(lanes, expected)


SCENARIOS = (
    Scenario(
        name="video",
        about="one clip, with its cost",
        expected=_for((*_RUNWARE, _AIML), _done("MP4", cost="as booked")),
    ),
    Scenario(
        name="video-bytes",
        about="one clip, fetched by the client",
        expected={_AIML: _done("MP4")},
    ),
    Scenario(
        name="video-two",
        about="two clips of one task, ready at different times",
        expected={
            **_for((_WS, _REST), _done("MP4", results=2, cost="as booked")),
            _OLD: _done(
                "MP4",
                results=2,
                theirs="hands out the first clip twice and loses the second, which was paid for",
                files=["MP4"],
            ),
        },
    ),
    Scenario(name="image", about="one picture", expected=_for(_RUNWARE, _done("JPG", cost="as booked"))),
    Scenario(
        name="image-three",
        about="three pictures of one task",
        expected=_for(_RUNWARE, _done("PNG", results=3, cost="as booked")),
    ),
    Scenario(name="image-sync", about="one picture, delivered at once", expected=_for(_RUNWARE, _done("JPG"))),
    Scenario(name="image-data", about="one picture as base64", expected=_for(_RUNWARE, _done("JPG"))),
    Scenario(
        name="many",
        about="six tasks at once over one client",
        expected={
            **_for(_RUNWARE, _done("JPG", results=6, bought=6, sent=6, cost="as booked")),
            _AIML: _done("MP4", results=6, bought=6, sent=6, cost="as booked"),
        },
    ),
    Scenario(
        name="invalid",
        about="a width that is not offered; a shape that is not",
        expected={
            _OLD: _refused("refused invalidWidth", parameter="width"),
            **_for((_WS, _REST), _refused("refused validation", parameter="width")),
            _AIML: _refused("raised BadRequestError", status_code=400),
        },
    ),
    Scenario(
        name="wrong-key",
        about="a key that opens nothing",
        key="another-key",
        expected={
            _OLD: _refused(
                ("raised TimeoutError", "raised ConnectionError"),
                sent=0,
                theirs="is told that the key is wrong, and goes on connecting, or calls it a broken connection",
            ),
            _WS: _refused("refused auth", sent=0),
            _REST: _refused("refused auth", sent=0, status_code=401),
            _AIML: _refused("raised AuthenticationError", sent=0, status_code=401),
        },
    ),
    Scenario(
        name="lost-ack",
        about="accepted and charged, and the reply is lost",
        lose_after="purchase",
        expected={
            **_for((_OLD, _WS), _done("MP4", sent=2, cost="as booked", has_cut=True)),
            _REST: _refused(
                "refused validation",
                bought=1,
                sent=2,
                theirs="sends again, is told the id is taken, and reports a failure while the paid clip is made",
                has_cut=True,
            ),
            _AIML: _done(
                "MP4",
                bought=2,
                sent=2,
                theirs="posts again after the lost reply: two jobs are bought, one is handed out",
                has_cut=True,
            ),
        },
    ),
    Scenario(
        name="lost-poll",
        about="the connection is cut while the clip is made",
        lose_after="poll",
        expected=_for((*_RUNWARE, _AIML), _done("MP4", cost="as booked", has_cut=True)),
    ),
    Scenario(
        name="failed",
        about="accepted, and the render fails",
        expected={
            _OLD: _refused("refused timeoutProvider", bought=1),
            **_for(
                (_WS, _REST),
                _refused(
                    "refused unknown",
                    bought=1,
                    theirs="does not know `timeoutProvider`, and says that trying again cannot help",
                    retryable=False,
                ),
            ),
            _AIML: _refused(
                "told timeoutProvider",
                bought=1,
                theirs="hands out the failed generation as if it were a result",
            ),
        },
    ),
    Scenario(
        name="half-failed",
        about="two clips of one task, and the second fails",
        expected={
            # which of the two depends on whether the first clip reaches it before the failure does
            _OLD: Expected(
                facts={"outcome": ("done", "refused providerError"), "results": (2, 0), "bought": 1, "sent": 1},
                theirs="hands out the first clip twice, or throws it away with the one that failed",
            ),
            **_for(
                (_WS, _REST),
                _refused("refused provider", bought=1, theirs="throws the finished clip away with the one that failed"),
            ),
        },
    ),
    Scenario(
        name="busy",
        about="refused with 429 and `Retry-After: 3` once",
        faults=tuple({"on": f"{api}.submit", "nth": 1, "action": {"retry_after": 3}} for api in ("runware", "aimlapi")),
        expected={
            _REST: _done("MP4", held=True, theirs="comes back within the time it was asked to stay away"),
            _AIML: _done("MP4", held=False),
        },
    ),
    Scenario(
        name="upload",
        about="a picture is uploaded and used as a frame",
        expected=_for(_RUNWARE, _done("MP4", uploaded=True, cost="as booked")),
    ),
    Scenario(
        name="details",
        about="a finished task is looked up",
        expected=_for(_RUNWARE, _done("JPG", asked_seed=7)),
    ),
    Scenario(
        name="account",
        about="the balance is asked for",
        expected=_for((_WS, _REST), _done("JPG", results=0, bought=0, sent=0, has_balance=True)),
    ),
)
