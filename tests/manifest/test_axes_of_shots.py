"""What axes mean together with the rest of a manifest: precedence, limits, ids, and where each value came from."""

import pytest

from render.catalog.load import load_catalog
from render.expand import expand
from render.fingerprint import fingerprint
from render.manifest.load import check_manifest
from render.manifest.origins import read_origins

CATALOG = load_catalog()
TOP = "version: 1\nproject: p\n"
LITE = "defaults: {model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}\n"


@pytest.fixture
def check(tmp_path):
    path = tmp_path / "a.shots.yaml"

    def checked(text):
        path.write_text(text, encoding="utf-8")
        return check_manifest(path, CATALOG)

    return checked


def tasks(checked):
    assert checked.problems == ()
    return expand(checked.manifest, CATALOG.find)


def rules(checked):
    return [(problem.line, problem.rule) for problem in checked.problems]


def test_a_shot_of_an_axis_is_the_shot_somebody_would_have_written(check):
    (task,) = tasks(check(f"{TOP}{LITE}shots: [{{id: a, matrix: {{seed: [7]}}}}]\n"))
    (plain,) = tasks(check(f"{TOP}{LITE}shots: [{{id: a.seed-7, seed: 7}}]\n"))
    assert task == plain
    spec = CATALOG.find(task.model)
    assert fingerprint(task.params, spec=spec, model=task.model, take=task.take) == fingerprint(
        plain.params, spec=spec, model=plain.model, take=plain.take
    )


def test_takes_count_fastest(check):
    made = tasks(check(f"{TOP}{LITE}shots: [{{id: a, takes: 2, matrix: {{steps: [20, 28]}}}}]\n"))
    assert [task.key for task in made] == ["a.steps-20.t01", "a.steps-20.t02", "a.steps-28.t01", "a.steps-28.t02"]


def test_each_model_of_an_axis_takes_its_own_defaults(check):
    text = (
        f"{TOP}defaults: {{prompt: a fox, width: 1024, height: 1024}}\n"
        "model_defaults: {kandinsky-5-lite: {width: 512, height: 512, duration: 5}}\n"
        "shots: [{id: a, matrix: {model: [kandinsky-5-lite, kandinsky-5-image-lite]}}]\n"
    )
    film, still = tasks(check(text))
    assert (film.params["width"], film.path) == (512, "a.model-kandinsky-5-lite/a.model-kandinsky-5-lite_t01.mp4")
    assert (still.params["width"], still.path.rpartition(".")[2]) == (1024, "jpg")


def test_what_one_model_of_an_axis_does_not_take_is_told_for_that_model(check):
    axes = "matrix: {model: [kandinsky-5-lite, kandinsky-5-distill]}"
    text = f"{TOP}{LITE}shots:\n  - id: a\n    seed: 7\n    {axes}\n"
    (problem,) = check(text).problems
    assert (problem.line, problem.rule) == (6, "not-taken")
    assert "distill" in problem.message


def test_a_rule_across_parameters_is_judged_for_every_combination(check):
    text = (
        f"{TOP}defaults: {{model: kandinsky-5-image-lite, prompt: a fox}}\n"
        "shots:\n  - id: a\n    matrix: {width: [1024, 896], height: [1024, 1152]}\n"
    )
    found = check(text)
    assert {rule for _, rule in rules(found)} == {"combination"}
    assert len(found.problems) == 2


def test_a_variable_axis_wins_over_the_variables_of_shot_and_file(check):
    text = (
        f"{TOP}vars: {{a: one}}\ndefaults: {{model: kandinsky-5-distill, prompt: 'a ${{a}} fox'}}\n"
        "shots: [{id: s, vars: {a: two}, matrix: {a: {from: 3, to: 4}}}]\n"
    )
    assert [task.params["prompt"] for task in tasks(check(text))] == ["a 3 fox", "a 4 fox"]


def test_a_name_that_texts_use_may_be_an_axis_without_standing_in_vars(check):
    text = TOP + "defaults: {model: kandinsky-5-distill, prompt: 'a ${what}'}\nshots: [{id: s, zip: {what: [fox]}}]\n"
    assert [task.params["prompt"] for task in tasks(check(text))] == ["a fox"]


def test_variables_stand_in_output_patterns(check):
    top = f"{TOP}{LITE}vars: {{part: one}}\noutput: '${{part}}/{{shot}}.{{ext}}'\n"
    text = f"{top}shots: [{{id: a}}, {{id: b, vars: {{part: two}}}}]\n"
    assert [task.path for task in tasks(check(text))] == ["one/a.mp4", "two/b.mp4"]


def test_generated_ids_meet_those_that_are_written(check):
    text = f"{TOP}{LITE}shots:\n  - {{id: a, matrix: {{seed: [1, 2]}}}}\n  - {{id: A.seed-2}}\n"
    assert rules(check(text)) == [(6, "duplicate-id")]


def test_a_disabled_shot_is_checked_in_all_its_combinations(check):
    text = f"{TOP}{LITE}shots: [{{id: a, enabled: false, matrix: {{steps: [20, 99]}}}}]\n"
    assert rules(check(text)) == [(4, "range")]


def test_ten_thousand_tasks_are_not_too_many_for_a_shot(check):
    assert len(tasks(check(f"{TOP}{LITE}shots: [{{id: a, matrix: {{seed: {{from: 1, to: 10000}}}}}}]\n"))) == 10_000
    assert rules(check(f"{TOP}{LITE}shots: [{{id: a, matrix: {{seed: {{from: 1, to: 10001}}}}}}]\n")) == [
        (4, "too-many-tasks")
    ]
    takes = "shots: [{id: a, takes: 2, matrix: {duration: [5, 10], steps: {from: 1, to: 50}, width: "
    widths = [*range(512, 641, 16), 672, 704, 720]
    many = f"{TOP}{LITE}{takes}{widths}, height: {widths}}}}}]\n"
    assert rules(check(many)) == [(4, "too-many-tasks")]


def test_a_hundred_thousand_tasks_are_the_most_of_a_project(check):
    shot = "  - {id: a%d, enabled: false, matrix: {seed: {from: 1, to: 10000}}}\n"
    found = check(TOP + LITE + "shots:\n" + "".join(shot % number for number in range(11)))
    assert rules(found) == [(15, "too-many-tasks")]


def test_a_value_may_come_again_in_step_with_another_and_keeps_its_plain_name(check):
    found = tasks(check(f"{TOP}{LITE}shots: [{{id: a, zip: {{seed: [7, 7, 8], steps: [20, 28, 20]}}}}]\n"))
    assert [task.shot for task in found] == ["a.seed-7.steps-20", "a.seed-7.steps-28", "a.seed-8.steps-20"]


def test_a_step_that_repeats_another_one_whole_is_refused_where_it_begins(check):
    text = f"{TOP}{LITE}shots:\n  - id: a\n    zip:\n      seed: [7, 8, 7]\n      cfg_scale: [4, 4, 4.0]\n"
    (problem,) = check(text).problems
    assert (problem.rule, problem.line, problem.column) == ("axis-duplicate", 7, 20)
    assert problem.message == "item 3 of every axis of `zip` is the same as item 1: `seed` 7, `cfg_scale` 4.0"


def test_two_names_of_one_model_are_one_value_in_step_too(check):
    models = "zip: {model: [kandinsky-5-lite, 'runware:210@1'], seed: [7, 7]}"
    assert rules(check(f"{TOP}{LITE}shots: [{{id: a, {models}}}]\n")) == [(4, "axis-duplicate")]


def test_a_mistake_in_axes_hides_none_in_the_rest_of_the_shot(check):
    text = f"{TOP}{LITE}shots:\n  - id: a\n    cfg_scale: 99\n    zip: {{seed: [1], steps: [20, 28]}}\n"
    assert rules(check(text)) == [(6, "range"), (7, "axis-lengths")]


def test_every_value_of_an_axis_knows_where_it_was_written(tmp_path):
    path = tmp_path / "a.shots.yaml"
    axes = "    matrix:\n      seed: [7, 8]\n      cfg_scale: {from: 4, to: 5}\n"
    text = f"{TOP}{LITE}shots:\n  - id: a\n    steps: 30\n{axes}"
    path.write_text(text, encoding="utf-8")
    origins = read_origins(path, CATALOG)("a.seed-8.cfg_scale-5")
    places = {name: (origin.source, origin.place.line) for name, origin in origins.items() if name != "model"}
    assert places == {
        "prompt": ("defaults", 3),
        "width": ("defaults", 3),
        "height": ("defaults", 3),
        "duration": ("defaults", 3),
        "steps": ("shot", 6),
        "seed": ("matrix", 8),
        "cfg_scale": ("matrix", 9),
    }
