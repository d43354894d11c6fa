"""Choosing tasks on the command line: the same options on every command that takes tasks."""

import json

import pytest

FILM = """\
version: 1
project: film
defaults: {model: kandinsky-5-image-lite, width: 640, height: 1408, output_format: WEBP, output_quality: 20}
shots:
  - {id: sq010_lamp, prompt: A lamp on a sill, seed: 7, tags: [hero, night], takes: 2}
  - {id: sq010_moth, prompt: A moth at the glass, seed: 8, tags: [night]}
  - {id: sq020_fog, model: kandinsky-5-distill, prompt: Fog over a lake, tags: [wip]}
"""
KEYS = ["sq010_lamp.t01", "sq010_lamp.t02", "sq010_moth.t01", "sq020_fog.t01"]


@pytest.fixture
def film(render):
    (render.folder / "film.shots.yaml").write_text(FILM, encoding="utf-8")
    return render


def planned(film, *options):
    return [task["key"] for task in film.json("plan", "film.shots.yaml", "--offline", *options)["tasks"]]


def test_conditions_narrow_a_plan_together(film):
    assert planned(film) == KEYS
    assert planned(film, "--tag", "night", "--not-tag", "hero") == KEYS[2:3]
    assert planned(film, "--model", "kandinsky-5-distill", "--provider", "aimlapi") == KEYS[3:]
    assert planned(film, "--only", "sq010_*", "--limit", "2") == KEYS[:2]
    shards = [planned(film, "--shard", f"{n}/3") for n in (1, 2, 3)]
    assert sorted(key for shard in shards for key in shard) == KEYS


@pytest.mark.parametrize("command", ["plan", "run", "status", "verify", "fetch"])
def test_a_slip_is_refused_with_the_nearest_name_by_every_command(film, command):
    if command in {"verify", "fetch"}:
        film("run", "film.shots.yaml", "--offline", "--only", "sq010_moth")
    done = film(command, "film.shots.yaml", "--offline", "--tag", "nihgt", status=2)
    assert done.stderr.splitlines()[-2:] == ["error: --tag: no task has the tag nihgt", "  hint: did you mean night?"]


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2"])
def test_a_shard_must_be_one_of_its_number(film, part):
    done = film("plan", "film.shots.yaml", "--shard", part, status=2)
    assert "is not I/N, like 2/5" in done.stderr


def test_a_limit_buys_so_many_and_the_next_run_goes_on(film):
    def run(*options):
        return film.json("run", "film.shots.yaml", "--offline", "--tag", "night", *options)

    first = run("--limit", "2")
    second = run("--limit", "2")
    assert (first["tasks"], first["saved"]) == (2, 2)
    assert (second["tasks"], second["saved"], second["skipped"]) == (3, 1, 2)

    told = film("plan", "film.shots.yaml", "--offline", "--tag", "night").stdout
    assert told == "nothing to do: 3 tasks up to date; 1 not selected\n"
    keys = [task["key"] for task in film.json("status", "film.shots.yaml", "--offline", "--limit", "2")["tasks"]]
    assert keys == KEYS[:2]


def test_only_the_files_of_chosen_tasks_are_read_again_and_fetched(film):
    film("run", "film.shots.yaml", "--offline", "--only", "sq010_*")
    files = film.folder / "renders-offline" / "film"
    for name in ("sq010_lamp/sq010_lamp_t01.webp", "sq010_moth/sq010_moth_t01.webp"):
        (files / name).unlink()
    (files / "stranger.webp").touch()

    def verified(*options, status):
        document = json.loads(film("verify", "film.shots.yaml", "--offline", "--json", *options, status=status).stdout)
        return document["files"], [problem["key"] for problem in document["problems"]], document["unknown"]

    assert verified(status=1) == (3, [KEYS[0], KEYS[2]], ["stranger.webp"])
    assert verified("--only", KEYS[1], status=0) == (1, [], [])
    assert verified("--tag", "hero", status=1) == (2, [KEYS[0]], [])

    fetched = film.json("fetch", "film.shots.yaml", "--offline", "--limit", "1")
    assert (fetched["saved"], fetched["skipped"]) == (1, 1)
    assert verified(status=1)[1] == [KEYS[2]]
    assert film.json("fetch", "film.shots.yaml", "--offline", "--tag", "wip")["tasks"] == 0


def test_files_of_a_shot_that_is_gone_can_be_chosen_by_their_key(film):
    film("run", "film.shots.yaml", "--offline", "--only", "sq010_moth")
    (film.folder / "film.shots.yaml").write_text(FILM.replace("sq010_moth", "renamed").replace("seed: 8", "seed: 9"))
    assert film.json("verify", "film.shots.yaml", "--offline", "--only", "sq010_moth")["files"] == 1
    assert film.json("verify", "film.shots.yaml", "--offline", "--only", "renamed")["files"] == 0


def test_nothing_failed_is_said_and_an_empty_shard_is_nothing_to_do(film):
    assert (
        "--failed leaves none of the 4 tasks"
        in film("run", "film.shots.yaml", "--offline", "--failed", status=2).stderr
    )
    done = film.json("run", "film.shots.yaml", "--offline", "--only", KEYS[0], "--shard", "1/3")
    assert (done["tasks"], done["saved"]) == (0, 0)
    assert film("plan", "film.shots.yaml", "--offline", "--only", KEYS[0], "--shard", "1/3").stdout == (
        "nothing to do; 4 not selected\n"
    )
