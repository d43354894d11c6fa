"""The tasks of a plan with all their parameters, as scripts read them."""

from render.records import Plan
from render.report.tasks import tasks_json
from render.wish import Origin, Place
from tests.builders import a_planned, a_task

ORIGINS = {
    "prompt": Origin(source="shot", place=Place(file="film.shots.yaml", line=9, column=5)),
    "width": Origin(source="--set"),
}


def told(task, origins=ORIGINS):
    document = tasks_json(Plan(tasks=(a_planned(task=task),)), lambda shot: origins if shot == task.shot else {})
    assert document["totals"] == {"submit": 1}
    (one,) = document["tasks"]
    return one


def test_a_task_has_what_a_plan_says_of_it_and_its_parameters():
    one = told(a_task(take=2, tags=("hero",), params={"prompt": "fog", "width": 512, "height": 512}))
    assert set(one) == {
        *("key", "shot", "model", "lane", "action", "reason", "path", "take", "provider", "tags", "params")
    }
    assert (one["key"], one["take"], one["provider"], one["tags"]) == ("sq010.t02", 2, "ours", ["hero"])
    assert one["params"] == [
        {"name": "prompt", "value": "fog", "source": "shot", "file": "film.shots.yaml", "line": 9},
        {"name": "width", "value": 512, "source": "--set", "file": None, "line": None},
        {"name": "height", "value": 512, "source": None, "file": None, "line": None},
    ]


def test_the_query_of_a_link_is_not_shown_at_any_depth():
    params = {
        "reference_images": ["https://cdn.example.com/a.png?sig=abc"],
        "speech": {"voice": "https://u:p@h.example/x"},
    }
    images, speech = (param["value"] for param in told(a_task(params=params), {})["params"])
    assert (images, speech) == (["https://cdn.example.com/a.png?…"], {"voice": "https://…@h.example/x"})
