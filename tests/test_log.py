import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render import events
from render.disclosure import redact
from render.errors import SettingsError
from render.log import event_name, open_log
from render.settings import Secret
from tests.builders import MOMENT

CANARY = "rw-canary-0123456789abcdef"
SAVED = events.TaskSaved(key="sq010.t01", path="sq010/sq010_t01.mp4", size_bytes=12, remarks=("1 s instead of 5",))


def written(path, *told, secrets=(CANARY,)):
    with open_log(path, run_id="run-7", secrets=map(Secret, secrets), now=lambda: MOMENT) as log:
        for event in told:
            log(event)
    return path.read_text(encoding="utf-8").splitlines()


def closed(cause):
    return events.LaneClosed(lane="runware", cause=cause)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (events.AttemptSubmitted, "attempt.submitted"),
        (events.RunStarted, "run.started"),
        (events.LaneClosed, "lane.closed"),
        (events.PollFailed, "poll.failed"),
        (events.FetchFailed, "fetch.failed"),
        (events.HostAwaited, "host.awaited"),
    ],
)
def test_an_event_goes_by_a_dotted_name(event, name):
    assert event_name(object.__new__(event)) == name


def test_an_event_is_one_line_of_json_with_its_run_and_its_moment(tmp_path):
    (line,) = written(tmp_path / "render.log", SAVED)
    assert json.loads(line) == {
        "at": "2026-11-21T12:00:00.000+00:00",
        "event": "task.saved",
        "run_id": "run-7",
        "key": "sq010.t01",
        "path": "sq010/sq010_t01.mp4",
        "size_bytes": 12,
        "remarks": ["1 s instead of 5"],
    }


def test_a_second_run_writes_below_the_first(tmp_path):
    path = tmp_path / "deep" / "render.log"
    written(path, SAVED)
    assert len(written(path, SAVED, SAVED)) == 3


def test_the_file_is_for_its_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        written(tmp_path / "render.log", SAVED)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "render.log").stat().st_mode) == 0o600


def test_a_log_that_cannot_be_opened_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot write"):
        written(tmp_path / "file" / "render.log", SAVED)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_stops_the_log_and_not_the_run():
    with open_log(Path("/dev/full"), run_id="run-7", secrets=(), now=lambda: MOMENT) as log:
        for _ in range(100):
            log(SAVED)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@pytest.mark.parametrize(
    "cause",
    [
        f"refused: {CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"https://api.example.test/v1?key={CANARY}",
        f"https://user:{CANARY}@api.example.test/v1",
        f"({CANARY})",
        f'two\nlines {CANARY}\twith a "quote" and {CANARY}\\',
        f"x{CANARY}x",
    ],
)
def test_a_key_never_appears(tmp_path, cause):
    (line,) = written(tmp_path / "render.log", closed(cause))
    assert CANARY not in line
    assert json.loads(line)["event"] == "lane.closed"


@pytest.mark.parametrize("key", ['quo"ted-key-123', "back\\slash-key-123", "plain-key-123"])
def test_a_key_never_appears_as_json_spells_it(tmp_path, key):
    (line,) = written(tmp_path / "render.log", closed(f"got {key}."), secrets=[key])
    assert json.loads(line)["cause"] == "got …."


def test_an_empty_key_changes_nothing(tmp_path):
    (line,) = written(tmp_path / "render.log", closed("refused"), secrets=[""])
    assert json.loads(line)["cause"] == "refused"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("see https://im.example.test/a.mp4?sig=abc&t=1 now", "see https://im.example.test/a.mp4?… now"),
        ("HTTPS://im.example.test/a.mp4#frag", "HTTPS://im.example.test/a.mp4?…"),
        ('{"u": "https://x.test/a?s=\\\\b\\u00e9c", "v": 1}', '{"u": "https://x.test/a?…", "v": 1}'),
        ('{"u": "say \\"https://x.test/a?s=1\\" twice"}', '{"u": "say \\"https://x.test/a?…\\" twice"}'),
        ("http://me:pass@x.test/a", "http://…@x.test/a"),
        ("http://me:pa@ss@x.test/a?b=c", "http://…@x.test/a?…"),
        ("mail a@b.test, see https://x.test/@me", "mail a@b.test, see https://x.test/@me"),
        ("BEARER abc.def-123, done", "BEARER … done"),
        ("bearer\\nabc", "bearer\\nabc"),
        ("nothing to hide?", "nothing to hide?"),
    ],
)
def test_queries_passwords_and_tokens_are_left_out(text, clean):
    assert redact(text, ()) == clean


def test_a_lone_surrogate_does_not_end_a_run(tmp_path):
    (line,) = written(tmp_path / "render.log", closed("caf\udce9"))
    assert json.loads(line)["cause"] == "caf\udce9"


@given(before=st.text(), after=st.text())
def test_whatever_stands_around_it_a_key_is_found_and_the_line_stays_json(before, after, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "render.log"
    lines = written(path, closed(f"{before}{CANARY}{after}"))
    assert CANARY not in "".join(lines)
    assert json.loads(path.read_text(encoding="utf-8"))["lane"] == "runware"
