"""Where the parameters of a shot come from, in the words of `render plan --tasks`."""

from textwrap import dedent

import pytest

from render.catalog.load import load_catalog
from render.manifest.origins import read_origins
from render.manifest.reading import Reading

CATALOG = load_catalog()
FILM = """\
    version: 1
    project: lantern
    vars: {place: a marsh}
    defaults:
      model: kandinsky-5-lite
      prompt: A train in ${place}
      width: 768
      height: 512
    model_defaults:
      kandinsky-5-lite: {duration: 5}
    presets:
      draft: {steps: 12}
      fine: {steps: 28, model: kandinsky-5-lite}
    include: [more.shots.yaml]
    shots:
      - {id: a, preset: [draft, fine], width: 512}
      - {id: b, preset: draft}
      - id: c
        matrix: {seed: [1, 2]}
        zip: {cfg_scale: [4, 5], steps: [20, 28]}
"""
MORE = """\
    version: 1
    defaults: {height: 768}
    shots:
      - {id: d, prompt: Rain}
"""


@pytest.fixture
def origins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.shots.yaml").write_text(dedent(FILM), encoding="utf-8")
    (tmp_path / "more.shots.yaml").write_text(dedent(MORE), encoding="utf-8")

    def told(shot, **reading):
        found = read_origins(tmp_path / "film.shots.yaml", CATALOG, Reading(**reading))(shot)
        return {
            name: f"{origin.source} {origin.place.file}:{origin.place.line}" if origin.place else origin.source
            for name, origin in found.items()
        }

    return told


def test_each_layer_is_named_with_file_and_line(origins):
    assert origins("a") == {
        "model": "preset fine film.shots.yaml:13",
        "prompt": "defaults film.shots.yaml:6",
        "width": "shot film.shots.yaml:16",
        "height": "defaults film.shots.yaml:8",
        "duration": "model_defaults film.shots.yaml:10",
        "steps": "preset fine film.shots.yaml:13",
    }


def test_an_axis_is_named_with_the_line_of_its_value(origins):
    told = origins("c.seed-2.cfg_scale-5.steps-28")
    assert (told["seed"], told["cfg_scale"], told["steps"]) == (
        "matrix film.shots.yaml:19", "zip film.shots.yaml:20", "zip film.shots.yaml:20",
    )  # fmt: skip
    assert told["model"] == "defaults film.shots.yaml:5"


def test_an_included_file_is_named(origins):
    told = origins("d")
    assert (told["prompt"], told["height"]) == ("shot more.shots.yaml:4", "defaults more.shots.yaml:2")
    assert told["width"] == "defaults film.shots.yaml:7"


def test_what_the_command_line_sets_has_no_place(origins):
    assert origins("b", assignments=("steps=20",))["steps"] == "--set"
    assert origins("b")["steps"] == "preset draft film.shots.yaml:12"


def test_nothing_is_known_of_a_shot_that_is_not_there(origins):
    assert origins("gone") == {}
