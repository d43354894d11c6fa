"""What an edit to a manifest costs: a changed picture is bought, and nothing else is."""

import re

from render.catalog.load import MODELS

SHOTS = """\
version: 1
project: edits
defaults: {model: kandinsky-5-image-lite, width: 640, height: 1408, steps: 12}
shots:
  - id: tide
    prompt: The tide comes in over black sand
    seed: 7
  - id: gulls
    prompt: Gulls wheel over a harbour
    seed: 8
"""
CLIP = """\
version: 1
project: edits
defaults: {model: kandinsky-5-lite, height: 512, duration: 5, steps: 4}
shots:
  - {id: tide, prompt: The tide comes in over black sand, seed: 7, width: 768}
  - {id: gulls, model: kandinsky-5-image-lite, prompt: Gulls wheel, width: 640, height: 1408, steps: 12}
"""
NAME = "edits.shots.yaml"
NAME_OF_SPEC = "kandinsky-5-image-lite.yaml"


def write(render, text):
    (render.folder / NAME).write_text(text, encoding="utf-8")


def rendered(render, server, text=SHOTS):
    write(render, text)
    assert render.json("run", NAME, **server.variables)["saved"] == 2
    return render.folder / "renders" / "edits"


def actions(plan):
    return {task["key"]: (task["action"], task["reason"]) for task in plan["tasks"]}


def test_one_edited_shot_is_named_alone_and_its_earlier_file_is_kept(render, server):
    output = rendered(render, server, CLIP)
    before = (output / "tide" / "tide_t01.mp4").read_bytes()
    write(render, CLIP.replace("width: 768", "width: 512"))

    plan = render.json("plan", NAME, **server.variables)
    assert actions(plan) == {"tide.t01": ("submit", "width 768 -> 512"), "gulls.t01": ("skip", "up to date")}

    summary = render.json("run", NAME, **server.variables)
    assert (summary["saved"], summary["skipped"]) == (1, 1)
    (kept,) = (output / ".earlier").rglob("*.mp4")
    assert re.fullmatch(r"tide_t01\.[0-9a-f]{8}\.mp4", kept.name)
    assert kept.read_bytes() == before
    assert (output / "tide" / "tide_t01.mp4").read_bytes() != before
    assert len(server.ledger()["purchases"]) == 3


def test_an_edit_taken_back_is_not_bought_again(render, server):
    output = rendered(render, server)
    before = (output / "tide" / "tide_t01.jpg").read_bytes()
    write(render, SHOTS.replace("seed: 7", "seed: 70"))
    render("run", NAME, **server.variables)
    write(render, SHOTS)

    assert actions(render.json("plan", NAME, **server.variables))["tide.t01"][0] == "place"
    render("run", NAME, **server.variables)

    assert (output / "tide" / "tide_t01.jpg").read_bytes() == before
    assert len(server.ledger()["purchases"]) == 3
    assert render.json("run", NAME, **server.variables)["skipped"] == 2


def test_a_renamed_shot_is_placed_and_nothing_is_bought(render, server):
    output = rendered(render, server)
    before = (output / "tide" / "tide_t01.jpg").read_bytes()
    write(render, SHOTS.replace("id: tide", "id: sq010_tide"))

    plan = render.json("plan", NAME, **server.variables)
    assert actions(plan)["sq010_tide.t01"] == ("place", "renamed: was tide/tide_t01.jpg")
    requests = server.ledger()["total_requests"]
    summary = render.json("run", NAME, **server.variables)

    assert (summary["saved"], summary["requests"]) == (1, 0)
    assert (output / "sq010_tide" / "sq010_tide_t01.jpg").read_bytes() == before
    assert (output / "tide" / "tide_t01.jpg").read_bytes() == before
    assert server.ledger()["total_requests"] == requests
    assert render.json("run", NAME, **server.variables)["skipped"] == 2


def test_what_changes_no_picture_buys_nothing(render, server):
    rendered(render, server)
    cosmetic = SHOTS.replace("steps: 12", "cfg_scale: 7.0, steps: 12").replace(
        "  - id: gulls", "  # a comment\n  - tags: [hero]\n    title: Gulls\n    id: gulls"
    )
    write(render, cosmetic)

    assert {action for action, _ in actions(render.json("plan", NAME, **server.variables)).values()} == {"skip"}


def test_a_spec_that_gains_a_parameter_or_restates_a_default_buys_nothing(render, server):
    rendered(render, server)
    text = (MODELS / NAME_OF_SPEC).read_text(encoding="utf-8")
    restated = text.replace("    default: 20\n", "    default: 12\n", 1)
    gained = restated.replace(
        "\nparams:\n", "\nparams:\n  glow: {type: number, about: How much it glows, default: 1}\n"
    )
    assert text != restated != gained
    (render.folder / "models").mkdir()
    (render.folder / "models" / NAME_OF_SPEC).write_text(gained, encoding="utf-8")

    assert "glow" in render("models", "kandinsky-5-image-lite").stdout
    plan = render.json("plan", NAME, **server.variables)
    assert {action for action, _ in actions(plan).values()} == {"skip"}


def test_a_file_that_was_deleted_is_fetched_again_and_not_bought_again(render, server):
    output = rendered(render, server)
    (output / "gulls" / "gulls_t01.jpg").unlink()

    assert actions(render.json("plan", NAME, **server.variables))["gulls.t01"][0] == "download"
    assert render.json("run", NAME, **server.variables)["saved"] == 1
    assert (output / "gulls" / "gulls_t01.jpg").exists()
    assert len(server.ledger()["purchases"]) == 2


def test_two_shots_that_ask_for_the_same_are_told_of_where_money_is_spent(render, server):
    write(
        render,
        SHOTS.replace("seed: 8", "seed: 7").replace("Gulls wheel over a harbour", "The tide comes in over black sand"),
    )
    done = render("run", NAME, **server.variables)
    assert "gulls.t01 asks for the same as tide.t01" in done.stderr
    assert len(server.ledger()["purchases"]) == 2


def test_renumbered_shots_are_placed_and_only_the_new_one_is_bought(render, server):
    rendered(render, server)
    renumbered = SHOTS.replace("id: tide", "id: old").replace("id: gulls", "id: tide").replace("id: old", "id: gulls")
    write(render, renumbered + "  - {id: fog, prompt: Fog over a lake, seed: 9}\n")

    assert render.json("plan", NAME, **server.variables)["totals"] == {"submit": 1, "place": 2}
    assert render.json("run", NAME, **server.variables)["saved"] == 3
    assert len(server.ledger()["purchases"]) == 3
    assert render.json("run", NAME, **server.variables)["skipped"] == 3
