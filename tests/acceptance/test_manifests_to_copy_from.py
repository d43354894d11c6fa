"""The manifests that the documents call good examples: in order to the last warning, and what they say they are."""

import pytest

from tests.acceptance.conftest import MANIFESTS

NAMES = sorted(path.name for path in MANIFESTS.glob("*.shots.yaml"))


def planned(render, name):
    return render.json("plan", MANIFESTS / name, cwd=MANIFESTS.parent)["tasks"]


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_to_copy_from_has_not_even_a_warning(render, name):
    assert "in order" in render("validate", "--strict", MANIFESTS / name, cwd=MANIFESTS.parent).stderr


def test_the_film_has_forty_shots_in_a_file_for_each_sequence(render):
    shots = {task["key"].rpartition(".t")[0] for task in planned(render, "tide-clock.shots.yaml")}
    assert len(shots) == 40
    assert len(list((MANIFESTS / "tide-clock").iterdir())) == 4


def test_the_sweep_asks_three_questions(render):
    keys = [task["key"] for task in planned(render, "moth-lamp.shots.yaml")]
    counts = {name: sum(key.startswith(name) for key in keys) for name in ("palette.", "noise.", "leash.")}
    assert counts == {"palette.": 6, "noise.": 15, "leash.": 4}


def test_the_trailer_has_stills_and_clips_from_both_providers(render):
    tasks = planned(render, "glass-orchard.shots.yaml")
    assert {task["model"].partition("/")[0] for task in tasks} >= {"runware:210@1", "sber-ai"}
    assert {task["path"].rpartition(".")[2] for task in tasks} == {"jpg", "webp", "mp4"}


def test_no_two_shots_of_the_manifests_to_copy_from_say_the_same(render):
    texts = [path.read_text(encoding="utf-8") for path in MANIFESTS.rglob("*.shots.yaml")]
    actions = [line.strip() for text in texts for line in text.splitlines() if line.strip().startswith("action:")]
    assert len(actions) > 40
    assert len(actions) == len(set(actions))
