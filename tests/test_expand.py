import pytest

from render.expand import expand, tasks_of
from render.variables import fill_in, variables_in
from tests.builders import SPEC, SPECS, a_manifest, a_shot, a_spec


def expanded(*shots):
    return expand(a_manifest(*shots), SPECS.get)


def test_tasks_come_in_the_order_of_the_manifest_takes_counting_up():
    tasks = expanded(a_shot(id="b", takes=2), a_shot(id="a"), a_shot(id="c", takes=1))
    assert [task.key for task in tasks] == ["b.t01", "b.t02", "a.t01", "c.t01"]
    assert [(task.shot, task.take) for task in tasks[:2]] == [("b", 1), ("b", 2)]


def test_each_take_has_its_own_seed_and_leaves_the_shot_alone():
    shot = a_shot(takes=3, params={"prompt": "fog", "seed": 7})
    assert [task.params["seed"] for task in expanded(shot)] == [7, 8, 9]
    assert shot.params["seed"] == 7


def test_without_a_seed_takes_ask_for_the_same():
    assert [task.params for task in expanded(a_shot(takes=2))] == [{"prompt": "fog over a lake"}] * 2


def test_a_shot_that_is_switched_off_makes_no_task():
    assert expanded(a_shot(enabled=False)) == ()


def test_a_shot_without_a_spec_is_passed_over():
    assert [task.shot for task in expanded(a_shot(id="a", model="acme:gone@1"), a_shot(id="b"))] == ["b"]


def test_a_task_carries_what_the_shot_says():
    (task,) = expanded(a_shot(tags=("hero", "wip")))
    assert (task.model, task.provider, task.tags) == (SPEC.id, "ours", ("hero", "wip"))
    assert task.path == "sq010/sq010_t01.mp4"


def test_no_default_is_filled_in():
    (task,) = expanded(a_shot())
    assert task.params == {"prompt": "fog over a lake"}


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("{project}/{shot}.{take}.{ext}", "lantern/sq010.2.mp4"),
        ("{shot}_{model}_{seed}_t{take:03d}.{ext}", "sq010_film_8_t002.mp4"),
    ],
)
def test_the_output_pattern_names_the_file(pattern, path):
    shot = a_shot(takes=2, output=pattern, params={"prompt": "fog", "seed": 7})
    assert expanded(shot)[1].path == path


def test_without_a_seed_its_name_is_random():
    assert expanded(a_shot(output="{shot}_{seed}.{ext}"))[0].path == "sq010_random.mp4"


@pytest.mark.parametrize(("asked", "ext"), [({}, "jpg"), ({"output_format": "PNG"}, "png")])
def test_the_extension_follows_the_output_format(asked, ext):
    spec = a_spec(extensions={"JPG": "jpg", "PNG": "png"})
    (task,) = tasks_of(a_shot(params={"prompt": "fog", **asked}), spec, project="lantern")
    assert task.path.endswith(f".{ext}")


def test_a_family_of_models_is_named_by_the_id_asked_for():
    family = a_spec(id="family", aliases=("family",), matches=r"acme:.*")
    (task,) = tasks_of(a_shot(model="acme:7@2", output="{shot}_{model}.{ext}"), family, project="lantern")
    assert task.path == "sq010_acme-7-2.mp4"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${what} over a lake", "fog over a lake"),
        ("${what}${what}", "fogfog"),
        ("costs $${what}", "costs ${what}"),
        ("$$${what}", "$${what}"),
        ("$${${what}", "${fog"),
        ("${unknown}", "${unknown}"),
        ("${", "${"),
        ("$5 and {braces}", "$5 and {braces}"),
        ("${sly}", "${what}"),
    ],
)
def test_variables_are_filled_in_once(text, filled):
    assert fill_in(text, {"what": "fog", "sly": "${what}"}) == filled


def test_variables_are_filled_in_at_any_depth():
    value = {"a": ["${what}", {"b": "${what}", "n": 1}], "c": True}
    assert fill_in(value, {"what": "fog"}) == {"a": ["fog", {"b": "fog", "n": 1}], "c": True}


def test_a_literal_does_not_name_a_variable():
    assert variables_in({"a": ["${one}", "$${two}"], "b": "x", "c": {"d": "${three}"}, "e": 4}) == {"one", "three"}


def test_addresses_of_results_name_the_task_and_leave_the_environment_for_later():
    address = "https://${env.HOST}/{project}/{shot}_t{take:02d}.{ext}?seed={seed}&model={model}"
    shot = a_shot(id="b", takes=2, params={"prompt": "a {shot}", "seed": 7, "upload_endpoint": address})
    tasks = expanded(shot)
    names = [task.params["upload_endpoint"].removeprefix("https://${env.HOST}/") for task in tasks]
    project = a_manifest().project
    assert [name.partition("&")[0] for name in names] == [f"{project}/b_t01.mp4?seed=7", f"{project}/b_t02.mp4?seed=8"]
    assert "{" not in "".join(names)
    assert [task.params["prompt"] for task in tasks] == ["a {shot}"] * 2
    assert shot.params["upload_endpoint"] == address
