"""What people read, compared whole: in colour and without, narrow and wide.

After a wanted change: delete the golden file, run this once (it writes the file and fails), and read the difference.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from render import events
from render.records import Action, Failure, Plan, Status, Summary
from render.report.palette import Palette
from render.report.plan import plan_text
from render.report.problems import problems_text
from render.report.progress import line_for
from render.report.status import status_text
from render.report.summary import summary_text
from render.report.tasks import tasks_text
from render.wish import Excerpt, Origin, Place, Problem, Severity
from tests.builders import a_planned, a_task, an_attempt

GOLDEN = Path(__file__).parent / "golden"

REASONS = {
    Action.SUBMIT: "width 768 -> 512, prompt changed",
    Action.RECOVER: "may have been sent: send again under the same id; was sq009_a_longer_name.t01",
    Action.ADOPT: "ambiguous: may have been sent and paid for; looked for in the provider's usage log",
    Action.POLL: "in flight when the last run stopped",
    Action.DOWNLOAD: "file missing; fetched again, not bought again",
    Action.PLACE: "renamed: was old/old_t01.mp4",
    Action.SKIP: "up to date",
    Action.HOLD: (
        "ambiguous: may have been sent and paid for, and the provider cannot tell; decide with render resolve K"
    ),
    Action.LEAVE: (
        "refused: a provider's words,\nwith \x1b[31mcolour\x1b[0m of its own; "
        "edit the shot, or render resolve K --retry"
    ),
}
PLAN = Plan(
    tasks=tuple(
        a_planned(task=a_task(shot=f"sq{number:02d}0_{action}"), action=action, reason=REASONS[action])
        for number, action in enumerate(Action)
    )
)
EXPANDED = Plan(
    tasks=(
        a_planned(
            task=a_task(
                take=2,
                tags=("hero", "night"),
                params={
                    "prompt": "A steam train\nwith \x1b[31mamber\x1b[0m lanterns glides through a cypress marsh. Teal",
                    "width": 768,
                    "cfg_scale": 5.5,
                    "seed": 28827,
                    "lora": [{"model": "civitai:1@2", "weight": 0.5}],
                    "accelerator_options": {"tea_cache": True},
                },
            )
        ),
        a_planned(task=a_task(shot="gone", params={"width": 512}), action=Action.POLL, reason="in flight"),
    ),
    unselected=3,
)
ORIGINS = {
    "model": Origin(source="--set"),
    "prompt": Origin(source="defaults", place=Place(file="manifests/film.shots.yaml", line=9, column=5)),
    "width": Origin(source="preset wide", place=Place(file="manifests/film.shots.yaml", line=12, column=5)),
    "cfg_scale": Origin(source="zip", place=Place(file="manifests/sequences/sq010.shots.yaml", line=120, column=5)),
    "seed": Origin(source="shot", place=Place(file="manifests/film.shots.yaml", line=30, column=5)),
    "lora": Origin(source="model_defaults", place=Place(file="manifests/film.shots.yaml", line=14, column=5)),
    "accelerator_options": Origin(source="shot", place=Place(file="manifests/film.shots.yaml", line=31, column=5)),
}
STANDING = {
    "new": None,
    "prepared": an_attempt(status=Status.PREPARED),
    "submitted": an_attempt(status=Status.SUBMITTED),
    "held": an_attempt(status=Status.RENDERED, error_kind="held", cost_usd=0.25),
    "saved": an_attempt(status=Status.SAVED, cost_usd=0.2471, seed=28826),
    "failed": an_attempt(status=Status.FAILED),
    "lost": an_attempt(status=Status.LOST, cost_usd=0.01),
}
STATUS = Plan(
    tasks=tuple(
        a_planned(
            task=a_task(shot=f"shot_{name}"),
            attempt=attempt,
            action=Action.HOLD if name == "prepared" else Action.SKIP,
        )
        for name, attempt in STANDING.items()
    )
)
SUMMARY = Summary(
    tasks=9,
    saved=2,
    failed=1,
    left=1,
    ambiguous=1,
    held=1,
    parked=1,
    lost=2,
    requests=31,
    cost_usd=1.23456,
    failures=(
        Failure(key="sq010.t01", kind="rejected", message="no faces,\nplease"),
        Failure(key="sq020.t01", kind="held", message="the file is at a host that is not allowed: files.example.test"),
    ),
)
PROBLEMS = (
    Problem(file="film.shots.yaml", line=0, column=0, rule="structure", message="it is empty"),
    Problem(
        file="film.shots.yaml",
        line=3,
        column=16,
        rule="unclosed-variable",
        message="a `${` is not closed",
        hint="close it: `${name}`",
        excerpt=Excerpt(text="    日本: 列車, ¥${x"),
    ),
    Problem(
        file="film.shots.yaml",
        line=12,
        column=5,
        rule="not-allowed",
        message="`width`: 656 is not allowed",
        hint="nearest: 640, 672",
        excerpt=Excerpt(text="    width: 656  # as wide as the plate"),
    ),
    Problem(
        file="film.shots.yaml",
        line=14,
        column=201,
        severity=Severity.WARNING,
        rule="unused-variable",
        message="the variable `weather` is not used",
        hint="write `${weather}` in a text, or remove it",
        excerpt=Excerpt(text=f"vars: {{style: {'painterly ' * 15}, weather: fog, {'n: x, ' * 40}}}", column=35),
    ),
    Problem(
        file="film.shots.yaml",
        line=1205,
        column=12,
        rule="secret",
        message="`notes` looks like an API key",
        hint="keys are read from the environment; a manifest is shared",
        excerpt=Excerpt(text="\t  notes: aB3dE5gH7jK9mN1pQ3sT5vW7xZ9bC1dE\u202e\x1b[31m"),
    ),
)
EVENTS = (
    events.RunStarted(run_id="run-1", tasks=3, to_do=2),
    events.AttemptPrepared(key="sq010.t01", attempt_id="a", lane="runware"),
    events.AttemptSubmitted(key="sq010.t01", lane="runware", remote_id="a"),
    events.RetryScheduled(key="sq010.t01", lane="runware", attempt_no=2, wait_s=1.25, cause="queue full\nreally"),
    events.LookupScheduled(key="sq010.t01", lane="aimlapi", wait_s=4.0),
    events.InputGiven(lane="runware", name="plates/quay.png", size_bytes=481_075),
    events.TaskProgressed(key="sq010.t01", percent=40),
    events.TaskRendered(key="sq010.t01", lane="runware", cost_usd=0.2471),
    events.TaskRendered(key="sq010.t01", lane="runware", cost_usd=None),
    events.TaskSaved(key="sq010.t01", path="sq010/sq010_t01.mp4", size_bytes=4_512_000),
    events.TaskSaved(key="a.t01", path="a.png", size_bytes=999, remarks=("1x1 px instead of 2x2", "1 s instead of 5")),
    events.TaskFailed(key="sq010.t01", kind="rejected", message="no \x1b[2Jfaces"),
    events.TaskFailed(key="sq010.t01", kind="ambiguous", message="no answer came"),
    events.LaneClosed(lane="runware", cause="the key is refused"),
    events.PollFailed(lane="aimlapi", cause="not JSON", wait_s=2.0),
    events.FetchFailed(key="sq010.t01", cause="cdn.example.org answers 502 for the file", wait_s=4.0),
    events.FetchFailed(key="sq010.t01", cause="cdn.example.org answers 404; a fresh link is asked for", wait_s=0.0),
    events.HostAwaited(host="api.example.org", cause="its name cannot be resolved"),
    events.RunStopping(signal="SIGINT"),
)


def status_while(*, is_running):
    return lambda paint, width: status_text(STATUS, paint, is_running=is_running, width=width)


TEXTS = {
    "plan": lambda paint, width: plan_text(PLAN, paint, width=width),
    "tasks": lambda paint, width: tasks_text(
        EXPANDED, lambda shot: ORIGINS if shot == "sq010" else {}, paint, width=width
    ),
    "status": status_while(is_running=False),
    "status-while-running": status_while(is_running=True),
    "summary": lambda paint, _: summary_text(SUMMARY, paint, folder="renders/lantern"),
    "problems": lambda paint, width: problems_text(PROBLEMS, paint, width=width),
    "progress": lambda paint, _: "".join(f"{line_for(event, paint)}\n" for event in EVENTS),
}


def golden(name, text):
    file = GOLDEN / f"{name}.txt"
    if not file.exists():
        file.write_text(text, encoding="utf-8")
        pytest.fail(f"{file.name} was missing and is written now: read it")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("has_colour", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_what_it_was(name, width, has_colour):
    text = TEXTS[name](Palette(has_colour), width)
    shown = text.replace("\x1b", "\\e")
    assert shown == golden(f"{name}-{width}{'-colour' if has_colour else ''}", shown)


@pytest.mark.parametrize("name", ["plan", "status", "status-while-running", "tasks"])
@pytest.mark.parametrize("width", [72, 80, 200])
def test_a_table_fits_the_terminal(name, width):
    *rows, _totals = TEXTS[name](Palette(has_colour=False), width).splitlines()
    assert max(map(len, rows)) <= width


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_lets_a_provider_steer_the_terminal(name):
    assert "\x1b" not in TEXTS[name](Palette(has_colour=False), 200)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("width", [80, 200])
def test_colour_changes_no_word(name, width):
    coloured = TEXTS[name](Palette(has_colour=True), width)
    bare = "".join(part.partition("m")[2] if number else part for number, part in enumerate(coloured.split("\x1b[")))
    assert bare == TEXTS[name](Palette(has_colour=False), width)


def test_a_plan_with_nothing_to_do_says_so():
    skipped = a_planned(action=Action.SKIP, reason="up to date")
    paint = Palette(has_colour=False)
    assert plan_text(Plan(tasks=(skipped,)), paint, width=80) == "nothing to do: 1 task up to date\n"
    assert plan_text(Plan(tasks=(skipped,) * 8), paint, width=80) == "nothing to do: 8 tasks up to date\n"
    assert plan_text(Plan(tasks=()), paint, width=80) == "nothing to render: no shot is enabled\n"


def test_a_run_with_nothing_to_do_says_so():
    text = summary_text(Summary(tasks=8, skipped=8), Palette(has_colour=False), folder="renders/x")
    assert text.splitlines()[0] == "nothing to do: 8 files up to date"
    assert text.splitlines()[1] == "  0 requests"


def test_a_run_of_one_task_is_told_in_the_singular():
    one = Summary(tasks=1, saved=1, requests=1)
    text = summary_text(one, Palette(has_colour=False), folder="renders/x")
    assert text.splitlines()[:2] == ["1 task: 1 saved", "  1 request"]


def test_a_manifest_without_enabled_shots_renders_nothing():
    text = summary_text(Summary(), Palette(has_colour=False), folder="renders/x")
    assert text.splitlines()[0] == "0 tasks: nothing to render"


def test_without_problems_nothing_is_printed():
    assert problems_text((), Palette(has_colour=False), width=80) == ""


def test_a_warning_alone_is_counted_as_one():
    warning = replace(PROBLEMS[0], severity=Severity.WARNING)
    assert problems_text((warning,), Palette(has_colour=False), width=80).splitlines()[-2] == "1 warning"
