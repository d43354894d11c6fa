"""`--var` and `--set`: what the command line gives over a manifest."""

import pytest

from render.catalog.load import load_catalog
from render.cli import run
from render.errors import UsageError
from render.expand import expand
from render.manifest.load import check_manifest
from render.manifest.overrides import read_overrides
from render.manifest.reading import Reading

CATALOG = load_catalog()
FILM = """\
version: 1
project: p
vars: {light: dusk}
defaults: {model: kandinsky-5-lite, prompt: "a fox at ${light}", width: 512, height: 512, duration: 5, steps: 20}
shots:
  - {id: a}
  - {id: b, steps: 30, vars: {light: noon}}
"""


@pytest.fixture
def check(tmp_path):
    path = tmp_path / "a.shots.yaml"

    def checked(text=FILM, variables=(), assignments=()):
        path.write_text(text, encoding="utf-8")
        reading = Reading(variables=tuple(variables), assignments=tuple(assignments))
        return check_manifest(path, CATALOG, reading)

    return checked


def asked(checked, name):
    assert checked.problems == ()
    return [task.params[name] for task in expand(checked.manifest, CATALOG.find)]


def told(checked):
    return [(problem.file, problem.line, problem.rule) for problem in checked.problems]


def test_a_variable_of_the_command_line_wins_over_those_of_file_and_shot(check):
    assert asked(check(variables=["light=night = dark"]), "prompt") == ["a fox at night = dark"] * 2


def test_a_parameter_of_the_command_line_wins_over_everything(check):
    assert asked(check(assignments=["steps=12"]), "steps") == [12, 12]


def test_the_last_of_two_values_holds(check):
    assert asked(check(assignments=["steps=12", "steps=13"]), "steps") == [13, 13]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("cfg_scale=4.5", 4.5),
        ("prompt=A city: night # not a comment", "A city: night # not a comment"),
        ("prompt=- ${light} & *more*", "- dusk & *more*"),
        ("safety={check_content: true}", {"check_content": True}),
        ("prompt='12'", "12"),
        ("prompt=12", "12"),
        ("prompt=yes", "yes"),
        ("prompt=[wide] a boat", "[wide] a boat"),
        ("prompt=[wide, calm]", "[wide, calm]"),
        ("prompt={a boat}", "{a boat}"),
        ('prompt="quoted" boat', '"quoted" boat'),
        ("prompt='a' and 'b'", "'a' and 'b'"),
        ('prompt="a \\"boat\\""', 'a "boat"'),
        ("negative_prompt=", ""),
    ],
)
def test_a_value_is_read_as_in_a_manifest_but_a_text_may_hold_anything(check, written, value):
    assert asked(check(assignments=[written]), written.split("=")[0])[0] == value


@pytest.mark.parametrize(
    ("option", "rule", "words"),
    [
        ("steps=99", "range", "allowed: from 1 to 50"),
        ("stepps=9", "unknown-key", "did you mean `steps`?"),
        ("fps=24", "not-taken", "`a`, `b` cannot take `fps`"),
        ("takes=2", "unknown-key", "read from the manifest alone"),
        ("numberResults=2", "unknown-key", "use `takes: N`"),
        ("scheduler=no", "yaml-trap", '"no" for the text'),
        ("scheduler=5", "type", 'put it in quotes: "5"'),
        ("safety=[a", "yaml-syntax", ""),
        ("prompt={file: x.txt}", "type", "$(cat FILE)"),
        ("prompt=a ${nothing}", "unknown-variable", "light"),
        ("prompt=a \x07", "character", ""),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told_under_its_option(check, option, rule, words):
    (problem,) = check(assignments=[option]).problems
    assert (problem.file, problem.line, problem.rule) == (f"--set {option.split('=')[0]}", 0, rule)
    assert words in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize(
    ("option", "rule", "words"),
    [
        ("ligt=x", "unknown-variable", "did you mean `light`?"),
        ("light=${more}", "nested-variable", ""),
        ("light=sk-abcdefghijklmnopqrstuvwx", "secret", ""),
        ("light=a \u202e", "character", ""),
    ],
)
def test_what_is_wrong_with_a_variable_is_told_under_its_option(check, option, rule, words):
    problem = check(variables=[option]).problems[-1]
    assert (problem.file, problem.line, problem.rule) == (f"--var {option.split('=')[0]}", 0, rule)
    assert words in f"{problem.message} {problem.hint}"


def test_a_variable_that_only_texts_name_can_come_from_the_command_line(check):
    text = FILM.replace("vars: {light: dusk}\n", "").replace(", vars: {light: noon}", "")
    assert asked(check(text, variables=["light=dawn"]), "prompt") == ["a fox at dawn"] * 2


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("seed=5", "--set seed=VALUE"),
        ("model=kandinsky-5-distill", "read from the manifest alone"),
        ("sed=5", "there are `light`, `place`"),
    ],
)
def test_an_axis_that_is_no_variable_is_not_set_as_one(check, option, words):
    text = (
        FILM
        + "  - {id: 'c_${seed}', prompt: '${place}', matrix: {seed: [1], model: [kandinsky-5-lite], place: [sea]}}\n"
    )
    (problem,) = check(text, variables=[option]).problems
    assert (problem.file, problem.rule) == (f"--var {option.split('=')[0]}", "unknown-variable")
    assert words in problem.hint


def test_a_parameter_that_only_some_shots_take_names_the_others(check):
    text = FILM + "  - {id: still, model: kandinsky-5-image-lite, width: 1024, height: 1024}\n"
    (problem,) = check(text, assignments=["duration=10"]).problems
    assert (problem.file, problem.rule) == ("--set duration", "not-taken")
    assert "`still` cannot take" in problem.message


def test_an_axis_that_the_command_line_sets_has_that_one_value(check):
    text = (
        FILM + "  - {id: c, matrix: {seed: [1, 2], light: [dawn, noon]}, zip: {steps: [20, 28], cfg_scale: [4, 5]}}\n"
    )
    checked = check(text, variables=["light=rain"], assignments=["steps=12"])
    assert [task.key for task in expand(checked.manifest, CATALOG.find)][2:] == [
        f"c.seed-{seed}.light-rain.steps-12.cfg_scale-{scale}.t01" for seed in (1, 2) for scale in (4, 5)
    ]


@pytest.mark.parametrize("given", [{"variables": ["light"]}, {"params": ["steps"]}, {"params": ["=5"]}])
def test_a_value_without_a_name_is_no_override(given):
    with pytest.raises(UsageError, match="is not NAME=VALUE"):
        read_overrides(**{"variables": (), "params": (), **given})


def test_every_command_about_a_manifest_takes_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.shots.yaml").write_text(FILM, encoding="utf-8")
    for command in ("validate", "plan", "run", "status", "verify", "fetch"):
        assert run([command, "a.shots.yaml", "--set", "steps=99", "--var", "light=x"]) == 2
        shown = capsys.readouterr()
        assert "--set steps: error[R012]: `steps`: 99 is above the greatest value, 50" in shown.out + shown.err
