"""A manifest as raw requests and back: every task still asks for the same."""

import json

from hypothesis import HealthCheck, assume, given, settings

from render.expand import expand
from render.fingerprint import fingerprint
from render.manifest.canonical import canonical
from render.manifest.load import check_manifest
from render.manifest.requests import import_requests
from render.providers.by_hand import requests_of
from tests.manifest.wishes import CATALOG, manifests


def checked(text, folder):
    path = folder / "film.shots.yaml"
    path.write_text(text, encoding="utf-8")
    return check_manifest(path, CATALOG)


def tasks_of(manifest):
    return expand(manifest, CATALOG.find)


def contents(tasks):
    return sorted(
        fingerprint(task.params, spec=CATALOG.find(task.model), model=task.model, take=task.take) for task in tasks
    )


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=manifests())
def test_what_was_exported_is_imported_with_the_same_meaning(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trip")
    manifest = checked(json.dumps(data, ensure_ascii=False), folder).manifest
    # rules across parameters refuse some of what each of them allows
    assume(manifest is not None)
    tasks = tasks_of(manifest)
    # the same thing asked for twice cannot be told from two takes of one shot
    assume(len(set(contents(tasks))) == len(tasks))
    lines = [
        json.dumps(request) for task in tasks for request in requests_of(task, CATALOG.find(task.model), project="a")
    ]
    imported = import_requests([("requests.jsonl", "\n".join(lines).encode())], CATALOG, project="again")
    again = checked(imported.text, folder)
    assert [problem for problem in again.problems if problem.is_error] == []
    assert contents(tasks_of(again.manifest)) == contents(tasks)
    assert imported.shots == len(data["shots"])
    assert canonical(imported.text.encode(), file="film.shots.yaml") == imported.text
