"""What the command line promises about money and keys: refused before anything is sent, and said in the summary."""

import json
from dataclasses import replace

import pytest

from render.project import Where, open_project
from render.records import Status
from render.store import Change, open_store
from tests.builders import MOMENT, an_attempt

STILLS = "stills.yaml"
FOG = "version: 1\nproject: fog\nshots: [{id: fog, model: kandinsky-5-distill, prompt: Fog over a lake}]\n"


def with_budget(render, usd):
    stills = render.folder / STILLS
    text = stills.read_text(encoding="utf-8")
    stills.write_text(text.replace("project: stills", f"project: stills\nbudget_usd: {usd}"), encoding="utf-8")


def test_a_run_that_may_cost_too_much_sends_nothing_and_makes_nothing(render, server):
    done = render("run", STILLS, "--max-cost", "0.02", "--json", status=5, **server.variables)

    assert "lamp.t01, moth.t01" in done.stderr
    assert "--max-cost of $0.0200" in done.stderr
    assert '"left": 2' in done.stdout
    assert server.ledger()["total_requests"] == 0
    assert not (render.folder / "renders").exists()


def test_what_is_up_to_date_is_not_called_left_where_the_rest_is_refused(render, server):
    render("run", STILLS, "--only", "lamp", **server.variables)

    refused = json.loads(render("run", STILLS, "--max-cost", "0", "--json", status=5, **server.variables).stdout)

    assert {name: refused[name] for name in ("tasks", "skipped", "left", "requests")} == {
        "tasks": 2,
        "skipped": 1,
        "left": 1,
        "requests": 0,
    }
    assert refused["committed_usd"] > 0


def test_the_budget_of_a_project_is_kept_and_told(render, server):
    with_budget(render, 0.1)

    run = render.json("run", STILLS, **server.variables)

    assert run["saved"] == 2
    assert run["budget_usd"] == 0.1
    assert run["committed_usd"] == run["cost_usd"] <= 0.1
    assert "of the budget of $0.1000" in render("run", STILLS, **server.variables).stdout


def test_a_task_without_a_price_is_refused_under_a_limit_until_somebody_names_one(render, server):
    (render.folder / "fog.yaml").write_text(FOG, encoding="utf-8")

    done = render("run", "fog.yaml", "--max-cost", "5", status=5, **server.variables)
    assert "nothing says what fog.t01 may cost" in done.stderr
    assert "--assume-price sber-ai/kandinsky5-distill-t2v=USD" in done.stderr

    named = ("--max-cost", "5", "--assume-price", "kandinsky-5-distill=4")
    assert render.json("run", "fog.yaml", *named, **server.variables)["saved"] == 1


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("kandinsky-5-lit=1", "did you mean kandinsky-5-lite?"),
        ("nothing-of-the-kind=1", "did you mean"),
        ("kandinsky-5-lite=-1", "is not MODEL=USD"),
        ("kandinsky-5-lite=nan", "is not MODEL=USD"),
        ("kandinsky-5-lite", "is not MODEL=USD"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(render, option, words):
    assert words in render("run", STILLS, "--assume-price", option, status=2, RUNWARE_API_KEY="a-key").stderr


@pytest.mark.parametrize("option", ["--max-cost", "--wait"])
@pytest.mark.parametrize("number", ["nan", "inf", "-1"])
def test_a_limit_that_is_no_amount_is_refused(render, option, number):
    done = render("run", STILLS, option, number, status=2, RUNWARE_API_KEY="a-key")
    assert option in done.stderr
    assert number in done.stderr


def test_offline_nothing_is_paid_so_no_limit_applies(render):
    with_budget(render, 0)

    run = render.json("run", STILLS, "--offline", "--max-cost", "0")

    assert (run["saved"], run["budget_usd"], run["committed_usd"]) == (2, None, 0.0)


def bought_under_another_key(render, server):
    """Record that the first still was bought under a key that marks itself as 0000."""
    url = f"{server.base_url}/v1"
    project = open_project(render.folder / STILLS, Where())
    task = project.tasks[0]
    attempt = replace(
        an_attempt(status=Status.SUBMITTED, endpoint=url, submitted_at=MOMENT, key_mark="0000"),
        id="5f0c1ff0-6d0c-4d93-8c5a-3d0d3a8f8a11",
        remote_id="5f0c1ff0-6d0c-4d93-8c5a-3d0d3a8f8a11",
        provider=task.provider,
        task_key=task.key,
        shot=task.shot,
        model=task.model,
        params=task.params,
        path=task.path,
    )
    project.folders.output.mkdir(parents=True)
    with open_store(project.folders.state, project="stills", kind="paid") as store:
        store.write([Change(attempt=attempt)])


def test_another_key_is_refused_while_something_bought_under_the_first_is_unfinished(render, server):
    bought_under_another_key(render, server)

    done = render("run", STILLS, status=3, **server.variables)

    assert "RUNWARE_API_KEY is not the key" in done.stderr
    assert "lamp.t01" in done.stderr
    assert "--allow-key-change" in done.stderr
    assert server.ledger()["total_requests"] == 0


def test_a_key_that_was_changed_on_purpose_is_taken(render, server):
    bought_under_another_key(render, server)

    start = render.start("run", STILLS, "--allow-key-change", **server.variables)
    try:
        assert any("moth" in line and line.startswith("saved") for line in start.stderr)
    finally:
        start.terminate()
        start.communicate(timeout=20)
