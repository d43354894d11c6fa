"""What a person decides about purchases that a run cannot decide about, and what the next run makes of it."""

import json

import pytest

from tests.acceptance.conftest import end, wait_until

CLIPS = """\
version: 1
project: clips
defaults: {model: kandinsky-5-distill, duration: 5, aspect_ratio: "1:1"}
shots:
  - {id: tide, prompt: The tide comes in over black sand}
"""
ADOPTING = CLIPS + "providers: {aimlapi: {adopt_from_log: true}}\n"
TWO = CLIPS + "  - {id: gulls, prompt: Gulls wheel over a harbour}\n"
STILL = """\
version: 1
project: clips
defaults: {model: kandinsky-5-image-lite, width: 640, height: 1408}
shots:
  - {id: lamp, prompt: A lamp on a sill}
"""
NAME = "clips.shots.yaml"
LOST_ANSWER = "- {on: aimlapi.submit, nth: 1, action: reset_after}\n"


@pytest.fixture
def serve(servers, tmp_path):
    """Start servers that follow a script of faults; all of them keep one ledger."""

    def start(faults=""):
        script = tmp_path / "faults.yaml"
        script.write_text(faults or "[]", encoding="utf-8")
        return servers("--latency", "0.1", "0.2", "--engine", "fixed", "--faults", script)

    return start


@pytest.fixture
def ambiguous(render, serve):
    """A clip that was bought, and the answer to it was lost."""
    server = serve(LOST_ANSWER)
    write(render, CLIPS)
    assert render.json("run", NAME, status=6, **server.variables)["ambiguous"] == 1
    return server


def write(render, text):
    (render.folder / NAME).write_text(text, encoding="utf-8")


def planned(render, server, *options):
    return {task["key"]: (task["action"], task["reason"]) for task in plan(render, server, *options)["tasks"]}


def plan(render, server, *options):
    return render.json("plan", NAME, *options, **server.variables)


def bought(server):
    return [purchase["id"] for purchase in server.ledger()["purchases"]]


def film(render, name="tide/tide_t01.mp4"):
    return render.folder / "renders" / "clips" / name


def test_the_plan_and_the_run_name_the_way_out(render, ambiguous):
    action, reason = planned(render, ambiguous)["tide.t01"]
    assert (action, reason.rpartition("; ")[2]) == ("hold", "decide with render resolve tide.t01")
    told = render("run", NAME, status=6, **ambiguous.variables).stdout
    assert "look at the provider, then decide with render resolve KEY" in told
    assert len(bought(ambiguous)) == 1


def test_a_purchase_is_adopted_by_its_id_and_fetched(render, ambiguous):
    (remote_id,) = bought(ambiguous)

    told = render.json("resolve", "tide.t01", NAME, "--adopt", remote_id, **ambiguous.variables)

    assert (told["verdict"], told["was"], told["status"]) == ("adopt", "ambiguous", "submitted")
    assert told["next"] == {"action": "poll", "reason": "in flight when the last run stopped"}
    assert render.json("run", NAME, **ambiguous.variables)["saved"] == 1
    assert bought(ambiguous) == [remote_id]
    assert film(render).exists()


def test_an_adopted_id_of_nothing_never_becomes_a_second_purchase(render, ambiguous):
    render("resolve", "tide.t01", NAME, "--adopt", "no:such/render", **ambiguous.variables)
    assert planned(render, ambiguous)["tide.t01"][0] == "poll"
    assert len(bought(ambiguous)) == 1


def test_a_file_that_is_handed_in_is_checked_copied_and_recorded(render, ambiguous, serve):
    write(render, TWO)
    render("run", NAME, status=6, **ambiguous.variables)
    source = film(render, "gulls/gulls_t01.mp4")
    half = render.folder / "half.mp4"
    half.write_bytes(source.read_bytes()[:-9])

    refused = render("resolve", "tide.t01", NAME, "--file", half, status=2, **ambiguous.variables)
    assert "half.mp4 was not taken" in refused.stderr
    assert planned(render, ambiguous)["tide.t01"][0] == "hold"
    told = render("resolve", "tide.t01", NAME, "--file", source, **ambiguous.variables).stdout

    assert "now recorded as saved, at tide/tide_t01.mp4" in told
    assert film(render).read_bytes() == source.read_bytes()
    assert render.json("run", NAME, **ambiguous.variables)["skipped"] == 2
    assert len(bought(ambiguous)) == 2


@pytest.mark.parametrize(("name", "words"), [("gone.mp4", "is not a file"), (".", "is not a file")])
def test_a_file_that_is_none_is_refused_without_a_change(render, ambiguous, name, words):
    refused = render("resolve", "tide.t01", NAME, "--file", name, status=2, **ambiguous.variables)
    assert words in refused.stderr
    assert planned(render, ambiguous)["tide.t01"][0] == "hold"


def test_a_retry_buys_under_the_next_number(render, ambiguous):
    told = render("resolve", "tide.t01", NAME, "--retry", **ambiguous.variables).stdout
    assert told == (
        "tide.t01: was ambiguous, now given up, to be bought again\n"
        "  the next run: submit (the last attempt was abandoned)\n"
    )
    assert render.json("run", NAME, **ambiguous.variables)["saved"] == 1
    assert len(set(bought(ambiguous))) == 2
    assert render.json("run", NAME, **ambiguous.variables)["skipped"] == 1


def test_what_is_abandoned_is_left_alone_until_the_shot_is_edited_or_it_is_wanted_again(render, ambiguous):
    render("resolve", "tide.t01", NAME, "--abandon", **ambiguous.variables)
    assert planned(render, ambiguous)["tide.t01"] == (
        "leave",
        "given up by a person; edit the shot, or render resolve tide.t01 --retry",
    )
    assert render.json("run", NAME, status=1, **ambiguous.variables)["left"] == 1
    write(render, CLIPS.replace("black sand", "white sand"))
    assert planned(render, ambiguous)["tide.t01"][0] == "submit"
    write(render, CLIPS)
    render("resolve", "tide.t01", NAME, "--retry", **ambiguous.variables)
    assert planned(render, ambiguous)["tide.t01"][0] == "submit"
    assert len(bought(ambiguous)) == 1


@pytest.mark.parametrize(
    "options",
    [[], ["--retry", "--abandon"], ["--adopt", "a", "--file", "b"], ["--adopt", "two words"], ["--adopt", ""]],
)
def test_an_unclear_decision_changes_nothing(render, ambiguous, options):
    render("resolve", "tide.t01", NAME, *options, status=2, **ambiguous.variables)
    assert planned(render, ambiguous)["tide.t01"][0] == "hold"


def test_there_is_nothing_to_decide_where_nothing_was_bought(render, server):
    write(render, CLIPS)
    refused = render("resolve", "tide.t01", NAME, "--retry", status=2, **server.variables)
    assert "there is nothing to decide about tide.t01: the next run will submit it (new)" in refused.stderr
    assert "did you mean tide.t01?" in render("resolve", "tied.t01", NAME, "--retry", status=2).stderr
    assert not (render.folder / "renders").exists()


def test_a_purchase_of_a_shot_that_is_gone_can_be_decided_about(render, ambiguous):
    write(render, CLIPS.replace("id: tide", "id: foam").replace("black sand", "grey stones"))
    told = render.json("resolve", "tide.t01", NAME, "--abandon", **ambiguous.variables)
    assert (told["was"], told["next"]) == ("ambiguous", None)
    assert set(planned(render, ambiguous)) == {"foam.t01"}


def test_nothing_is_decided_while_a_run_is_writing(render, ambiguous, serve):
    """The run cannot end before it is asked: its purchases are never told to be ready."""
    silent = serve("- {on: aimlapi.poll, from: 1, action: {hang: 120}}\n")
    write(render, TWO + "  - {id: moth, prompt: A moth at the glass}\n")
    run = render.start("run", NAME, **silent.variables)
    wait_until(lambda: len(bought(silent)) >= 2)
    done = render("resolve", "tide.t01", NAME, "--retry", status=None, **silent.variables)
    end(run)
    assert done.returncode == 4, done.stderr
    assert "another run is writing" in done.stderr


def test_the_log_finds_a_lost_purchase_in_the_same_run(render, serve):
    server = serve(LOST_ANSWER)
    write(render, ADOPTING)
    summary = render.json("run", NAME, **server.variables)
    assert (summary["saved"], len(bought(server))) == (1, 1)


def test_the_log_finds_a_lost_purchase_of_an_earlier_run(render, ambiguous):
    write(render, ADOPTING)
    action, reason = planned(render, ambiguous)["tide.t01"]
    assert (action, reason) == (
        "adopt",
        "ambiguous: may have been sent and paid for; looked for in the provider's usage log",
    )
    (task,) = render.json("status", NAME, **ambiguous.variables)["tasks"]
    assert (task["status"], task["rests"]) == ("prepared", "ambiguous")
    assert render.json("run", NAME, **ambiguous.variables)["saved"] == 1
    assert len(bought(ambiguous)) == 1


def test_one_task_is_bought_once_more_and_its_old_file_is_kept(render, server):
    write(render, STILL + "  - {id: moth, prompt: A moth at the glass, seed: 8}\n")
    render("run", NAME, "--only", "lamp", **server.variables)
    before = film(render, "lamp/lamp_t01.jpg").read_bytes()
    assert len(bought(server)) == 1

    assert planned(render, server, "--only", "lamp.t01", "--again") == {
        "lamp.t01": ("submit", "once more, on purpose; until now: up to date")
    }
    assert render.json("run", NAME, "--only", "lamp.t01", "--again", **server.variables)["saved"] == 1

    assert len(set(bought(server))) == 2
    (kept,) = film(render, ".earlier").rglob("*.jpg")
    assert kept.read_bytes() == before
    assert film(render, "lamp/lamp_t01.jpg").read_bytes() != before
    assert planned(render, server) == {"lamp.t01": ("skip", "up to date"), "moth.t01": ("submit", "new")}


def test_a_selection_that_makes_no_sense_is_refused_before_anything_is_made(render, server):
    write(render, STILL)
    assert "--again needs --only" in render("run", NAME, "--again", status=2, **server.variables).stderr
    assert "did you mean lamp" in render("run", NAME, "--only", "lomp", status=2, **server.variables).stderr
    assert "--again needs --only" in render("plan", NAME, "--again", status=2, **server.variables).stderr
    assert not (render.folder / "renders").exists()


def test_what_is_ambiguous_is_not_bought_once_more(render, ambiguous):
    refused = render("run", NAME, "--only", "tide", "--again", status=2, **ambiguous.variables)
    assert "tide.t01 is ambiguous" in refused.stderr
    assert "render resolve tide.t01" in refused.stderr
    assert len(bought(ambiguous)) == 1


def test_what_a_pattern_names_and_stands_so_already_is_passed_over_and_named(render, serve):
    server = serve(LOST_ANSWER + LOST_ANSWER.replace("nth: 1", "nth: 2"))
    write(render, TWO)
    assert render.json("run", NAME, status=6, **server.variables)["ambiguous"] == 2
    render("resolve", "tide", NAME, "--abandon", **server.variables)
    done = render("resolve", "*", NAME, "--abandon", "--json", **server.variables)
    assert [each["key"] for each in json.loads(done.stdout)["resolved"]] == ["gulls.t01"]
    assert done.stderr == "passed over: tide.t01 is left alone already\n"


def test_a_shot_stands_for_what_a_run_leaves_to_a_person_of_it(render, ambiguous):
    write(render, CLIPS.replace("prompt", "takes: 2, prompt"))
    options = ("resolve", "tide", NAME)

    refused = render(*options, "--abandon", "--retry", status=2, **ambiguous.variables)
    assert "say one thing" in refused.stderr
    document = render.json(*options, "--abandon", **ambiguous.variables)
    assert [each["key"] for each in document["resolved"]] == ["tide.t01"]
    assert document["resolved"][0]["status"] == "abandoned"
    assert "left alone already" in render(*options, "--abandon", status=2, **ambiguous.variables).stderr
