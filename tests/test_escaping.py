"""Text of others on its way to a terminal: whatever it holds, it steers nothing, and no signed query is seen."""

import dataclasses
import json
import os
import pty
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render import events
from render.commands import boundary
from render.disclosure import lines, one_line, redact
from render.errors import BudgetError, ManifestError, StateError
from render.records import Action, Failure, Plan, Summary
from render.report.palette import Palette
from render.report.plan import plan_json, plan_text
from render.report.problems import problems_json, problems_text
from render.report.progress import line_for
from render.report.resolution import Resolved, resolved_json, resolved_text
from render.report.state import StateFinding, StateReport, state_json, state_text
from render.report.status import status_json, status_text
from render.report.summary import summary_json, summary_text
from render.report.verification import FileProblem, Verification, verification_json, verification_text
from render.resolution import Verdict
from render.settings import read_value
from render.wish import Excerpt, Problem
from tests.builders import a_planned, a_task, an_attempt

SIGNED = "canary-signature"
#: a title, a cleared screen, a link, a C1 sequence, a turned direction, line and paragraph ends, half a character
HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b]8;;http://x.test\x1b\\\x9b31m\x00\x7f\r\n\u202e\u2066\u2028\u2029\x85\udc80"
    f" https://files.test/a.mp4?sig={SIGNED}#{SIGNED} "
)
COLOURS = re.compile(r"\x1b\[(?:0|1|2|32|33|36|31;1)m")
PAINT = Palette(has_colour=True)

TASK = a_task(shot=HOSTILE, key=HOSTILE, path=HOSTILE)
ATTEMPT = an_attempt(
    id=HOSTILE, task_key=HOSTILE, remote_id="r", error_message=HOSTILE, error_kind="held", path=HOSTILE
)
PLANS = [
    Plan(tasks=(a_planned(task=TASK, attempt=ATTEMPT, action=action, reason=HOSTILE),), warnings=(HOSTILE,))
    for action in Action
]
SUMMARY = Summary(
    tasks=1, failed=1, unpriced=(HOSTILE,), failures=(Failure(key=HOSTILE, kind="rejected", message=HOSTILE),)
)
EXCERPT = Excerpt(text=f"{HOSTILE}\t\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL} 日本")
PROBLEM = Problem(file=HOSTILE, line=1, column=1, rule="r", message=HOSTILE, hint=HOSTILE, excerpt=EXCERPT)
STATE = StateReport(
    record=HOSTILE, attempts=1, artifacts=1, findings=[StateFinding(kind="damage", message=HOSTILE, hint=HOSTILE)]
)
VERIFICATION = Verification(
    record=HOSTILE,
    files=1,
    size_bytes=1,
    problems=[FileProblem(path=HOSTILE, key=HOSTILE, attempt_id=HOSTILE, kind="missing", message=HOSTILE)],
    unknown=[HOSTILE] * 12,
)
RESOLVED = [
    Resolved(verdict=verdict, was="held", attempt=ATTEMPT, key=HOSTILE, path=HOSTILE, next=PLANS[0].tasks[0])
    for verdict in Verdict
]


def event(kind):
    """An event of this class whose every text is hostile."""
    values = {"str": HOSTILE, "int": 1, "float": 1.5, "float | None": 1.5, "tuple[str, ...]": (HOSTILE,)}
    return kind(**{field.name: values[field.type] for field in dataclasses.fields(kind)})


EVENTS = [
    kind for kind in vars(events).values() if dataclasses.is_dataclass(kind) and kind.__module__ == events.__name__
]
TEXTS = {
    **{f"plan-{plan.tasks[0].action}": plan_text(plan, PAINT, width=500) for plan in PLANS},
    "status": status_text(PLANS[0], PAINT, is_running=False, width=500),
    "summary": summary_text(SUMMARY, PAINT, folder=HOSTILE),
    "problems": problems_text([PROBLEM], PAINT, width=500),
    "state": state_text(STATE, PAINT),
    "verification": verification_text(VERIFICATION, PAINT),
    **{f"resolution-{resolved.verdict}": resolved_text(resolved) for resolved in RESOLVED},
    **{kind.__name__: line_for(event(kind), PAINT) for kind in EVENTS},
}
DOCUMENTS = {
    "plan": plan_json(PLANS[0]),
    "status": status_json(PLANS[0], is_running=False),
    "summary": summary_json(SUMMARY),
    "problems": problems_json([PROBLEM]),
    "state": state_json(STATE),
    "verification": verification_json(VERIFICATION),
    "resolution": resolved_json(RESOLVED[0]),
}


def is_harmless(text):
    return all(line.isprintable() for line in COLOURS.sub("", text).split("\n"))


@pytest.mark.parametrize("name", TEXTS)
def test_no_report_lets_text_of_others_steer_the_terminal(name):
    assert is_harmless(TEXTS[name])
    assert SIGNED not in TEXTS[name]


def test_what_was_hostile_is_shown_and_not_swallowed():
    for name in ("plan-submit", "summary", "problems", "state", "verification", "TaskFailed", "TaskSaved"):
        assert r"\u001b]0;owned\u0007" in TEXTS[name], name
        assert r"\u202e" in TEXTS[name], name


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_stays_one_and_holds_nothing_raw(name):
    text = lines(json.dumps(DOCUMENTS[name], ensure_ascii=False, indent=2))
    assert json.loads(text) == DOCUMENTS[name]
    assert is_harmless(text)
    text.encode("utf-8")


@pytest.mark.parametrize("name", ["plan", "summary", "state"])
def test_no_document_holds_a_signed_query_in_a_sentence(name):
    sentences = re.findall(r'"(?:message|reason)": "(.*)"', json.dumps(DOCUMENTS[name], indent=2))
    assert sentences
    assert SIGNED not in "".join(sentences)


@given(text=st.text())
def test_one_line_is_one_line_whatever_it_is_made_of(text):
    assert one_line(text).isprintable()


@given(text=st.text())
def test_only_line_ends_are_left_as_they_are(text):
    assert is_harmless(lines(text))
    assert lines(text).count("\n") == text.count("\n")


@given(value=st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5))
def test_a_document_that_is_made_harmless_says_the_same(value):
    assert json.loads(lines(json.dumps(value, ensure_ascii=False, indent=2))) == value


def test_every_colour_of_ours_is_let_through_where_there_is_colour():
    painted = "".join(getattr(PAINT, name)("x") for name in ("red", "green", "yellow", "cyan", "bold", "dim"))
    assert lines(painted, has_colour=True) == painted
    assert "\x1b" not in lines(painted)
    assert "\x1b" not in lines("\x1b[35mx\x1b[2J\x1b[", has_colour=True)


@pytest.mark.parametrize("kind", [StateError, BudgetError])
def test_an_error_is_told_on_its_own_lines_without_keys_and_queries(kind, capsys, monkeypatch):
    monkeypatch.setenv("RUNWARE_API_KEY", "canary-key")
    status = boundary.tell(kind(f"{HOSTILE} canary-key", hint=HOSTILE))
    told = capsys.readouterr().err
    assert status == kind.exit_status
    assert len(told.splitlines()) == 2
    assert is_harmless(told)
    assert SIGNED not in told
    assert "canary-key" not in told


def test_neither_an_error_nor_a_report_of_a_bug_holds_a_value_that_went_into_an_address(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("A_BUCKET", "canary-in-an-ädress")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_value("A_BUCKET")
    boundary.tell(StateError("no canary-in-an-ädress here", hint="or canary-in-an-\\u00e4dress"))
    boundary.tell(RuntimeError('{"uploadEndpoint": "https://a.test/canary-in-an-%C3%A4dress"}'))
    (report,) = tmp_path.iterdir()
    assert "canary" not in report.read_text(encoding="utf-8") + capsys.readouterr().err


def test_problems_of_a_manifest_are_told_on_their_own_lines(capsys):
    assert boundary.tell(ManifestError([PROBLEM])) == 2
    told = capsys.readouterr().err
    assert is_harmless(told)
    assert len(told.splitlines()) == len(["place", "line", "caret", "hint", "count", "more"])


def test_the_report_of_a_bug_holds_no_key_and_no_query(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("AIMLAPI_API_KEY", "canary-key")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert boundary.tell(RuntimeError(f"{HOSTILE} Authorization: canary-key")) == boundary.EXIT_BUG
    (report,) = tmp_path.iterdir()
    text = report.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert is_harmless(text)
    assert SIGNED not in text
    assert "canary-key" not in text + capsys.readouterr().err
    assert report.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", ["nothing to hide", "50 % of a bearer", "a? b# c", "höhe"])
def test_harmless_words_stay_as_they_are(words):
    assert redact(words) == words == one_line(words)


MANIFEST = """\
version: 1
project: stills
defaults: {model: kandinsky-5-image-lite, width: 640, height: 1408}
shots: [{id: lamp, prompt: A lamp on a sill}]
"""


class Refusing(BaseHTTPRequestHandler):
    """Refuses every task in hostile words, with the key that it was shown among them."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = f"{HOSTILE} {self.headers['Authorization']} or {self.headers['Authorization'].split()[1]}"
        errors = [{"code": "invalidPrompt", "message": words, "taskUUID": task["taskUUID"]} for task in asked]
        body = json.dumps({"errors": errors}).encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def refusing_server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture
def in_a_terminal(tmp_path, warm):
    """Run `render` on a terminal, in a folder of hostile names; returns all that reached the terminal."""
    folder = tmp_path / "ev\x1b]0;owned\x07il\u202e"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "ev\x9bil.shots.yaml").write_text(MANIFEST, encoding="utf-8")

    def run(*arguments, **variables):
        ours, theirs = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm"}
        process = warm.start_on(theirs, theirs, arguments, cwd=folder, env={**environment, **variables})
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b""))
        process.wait()
        os.close(ours)
        return shown.decode("utf-8")

    return run


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:
        # what a terminal says whose other end was closed
        return b""


def steers(shown):
    """Whether anything but colours and line ends reached the terminal."""
    return not is_harmless(shown.replace("\r\n", "\n"))


def test_no_command_lets_a_provider_or_a_name_steer_the_terminal(in_a_terminal):
    with refusing_server() as base_url:
        known = {"RUNWARE_BASE_URL": base_url, "RUNWARE_API_KEY": "canary-key", "CI": "1"}
        commands = [
            ["run"], ["run", "--json"], ["plan"], ["plan", "--json"], ["status"], ["verify"], ["verify", "--json"],
            ["fetch"], ["fetch", "--json"], ["validate"], ["state", "check"], ["resolve", "lamp.t01", "--abandon"],
            ["resolve", HOSTILE.replace("\x00", "").replace("\udc80", ""), "--retry"], ["run", "--only", "\x1b[2J"],
            ["plan", "\x1b]0;x\x07.yaml"], ["models", "\x9b31m"], ["\x1b[31mplan"],
            ["fetch", "--allow-host", "\x1bx.test"],
        ]  # fmt: skip
        for command in commands:
            shown = in_a_terminal(*command, **known)
            assert shown, command
            assert not steers(shown), (command, shown)
            assert SIGNED not in shown, (command, shown)
            assert "canary-key" not in shown, (command, shown)


def test_the_bar_of_a_run_lets_no_provider_steer_the_terminal(in_a_terminal):
    with refusing_server() as base_url:
        shown = in_a_terminal("run", RUNWARE_BASE_URL=base_url, RUNWARE_API_KEY="canary-key")
    assert "owned" in shown
    assert not re.search("\x1b\\]|\x9b|\x1b\\[2J|\u202e|\u2028", shown)
    assert SIGNED not in shown
    assert "canary-key" not in shown


def test_a_refused_attempt_is_read_from_the_record_without_steering(in_a_terminal):
    with refusing_server() as base_url:
        known = {"RUNWARE_BASE_URL": base_url, "RUNWARE_API_KEY": "canary-key", "CI": "1"}
        in_a_terminal("run", **known)
        shown = in_a_terminal("plan", **known)
    assert "refused:" in shown
    assert r"\u001b]0;owned" in shown
