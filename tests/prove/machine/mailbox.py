"""Trouble that a running server is told of one piece at a time: what the next request of a kind shall meet."""

from collections import deque

from render.server.faults.records import (
    EVENTS,
    BadJson,
    Cut,
    Drop,
    ExpiredLink,
    Html,
    ResetAfter,
    ResetBefore,
    RetryAfter,
    Status,
    ZeroByteFile,
)

#: by name, as an example prints them; all of them answer at once, for a real clock waits behind the quick one
TROUBLES = {
    "429": RetryAfter(seconds=0.5),
    "503 naming the task": Status(status=503),
    "500 after the charge": Status(status=500, charged=True),
    "502 of a gateway": Status(status=502, body="html"),
    "reset before": ResetBefore(),
    "reset after": ResetAfter(),
    "closed without a word": Drop(),
    "a page": Html(),
    "half of the JSON": BadJson(),
    "short": Cut(bytes=20),
    "key refused": Status(status=401),
    "no bytes": ZeroByteFile(),
    "link gone": ExpiredLink(),
}
REQUESTS = ("runware.submit", "runware.poll", "aimlapi.submit", "aimlapi.poll", "file")
_FILES_ALONE = {"no bytes", "link gone"}
_NEVER_FOR_FILES = {"half of the JSON", "key refused"}


def pairs():
    """Every trouble at every kind of request where it can happen."""
    return [
        (event, name)
        for event in REQUESTS
        for name in TROUBLES
        if name not in (_NEVER_FOR_FILES if event == "file" else _FILES_ALONE)
    ]


class Expected:
    """Stands in a server's script for one event; strikes as often as something was put in, and no more."""

    def __init__(self, event):
        assert event in EVENTS
        self.on = event
        self.waiting = deque()
        self.action = None

    def strikes(self, _occurrence):
        if not self.waiting:
            return False
        self.action = self.waiting.popleft()
        return True


class Mailbox:
    """The script of one server."""

    def __init__(self):
        self.script = tuple(Expected(event) for event in REQUESTS)

    def put(self, event, name):
        next(each for each in self.script if each.on == event).waiting.append(TROUBLES[name])

    def empty(self):
        for each in self.script:
            each.waiting.clear()
