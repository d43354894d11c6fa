from dataclasses import replace

import pytest

from render.errors import ManifestError, SettingsError
from render.project import Where, open_project, read_record
from render.records import Snapshot, Status
from render.store import Change, open_store
from tests.builders import MOMENT, an_artifact, an_attempt

MANIFEST = """\
version: 1
project: lantern
shots:
  - {id: a, model: kandinsky-5-lite, prompt: fog over a lake, width: 768, height: 512, duration: 5}
  - {id: b, model: kandinsky-5-distill, prompt: rain}
  - {id: c, model: kandinsky-5-distill, prompt: snow, enabled: false}
"""


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "film.shots.yaml"
    path.write_text(MANIFEST)
    return path


def bought(task, endpoint):
    """A saved attempt at `task`, written before it was known by today's spec."""
    return replace(
        an_attempt(endpoint=endpoint),
        task_key=task.key,
        shot=task.shot,
        provider=task.provider,
        model=task.model,
        params=task.params,
        path=task.path,
    )


def record(project, task, endpoint):
    attempt = replace(bought(task, endpoint), status=Status.SAVED, saved_at=MOMENT)
    file = an_artifact(attempt)
    with open_store(project.folders.state, project="lantern", kind=project.kind) as store:
        store.write([Change(attempt=attempt, artifact=file)])
    return project.folders.output / file.path


def actions(project):
    return [one.action.value for one in project.plan(read_record(project)).tasks]


def test_a_manifest_opens_with_its_tasks_and_the_place_of_its_record(manifest, tmp_path):
    project = open_project(manifest, Where())
    assert [task.key for task in project.tasks] == ["a.t01", "b.t01"]
    assert project.folders.state == tmp_path / "renders" / "lantern" / "state.db"
    assert project.kind == "paid"
    assert {name: lane.endpoint for name, lane in project.lanes.items()} == {
        "runware": "https://api.runware.ai/v1",
        "aimlapi": "https://api.aimlapi.com",
    }


def test_offline_has_a_record_of_its_own_and_no_lanes_yet(manifest, tmp_path):
    project = open_project(manifest, Where(is_offline=True))
    assert project.folders.state == tmp_path / "renders-offline" / "lantern" / "state.db"
    assert (project.kind, project.lanes) == ("offline", {})
    assert actions(project) == ["submit", "submit"]


def test_the_folder_can_be_chosen(manifest, tmp_path):
    project = open_project(manifest, Where(out=tmp_path / "elsewhere"))
    assert project.folders.output == tmp_path / "elsewhere" / "lantern"


def test_without_a_record_everything_is_new_and_nothing_is_made(manifest, tmp_path):
    project = open_project(manifest, Where())
    assert read_record(project) == Snapshot()
    assert actions(project) == ["submit", "submit"]
    assert list(tmp_path.iterdir()) == [manifest]


@pytest.mark.parametrize("is_offline", [False, True])
def test_what_is_recorded_and_there_is_up_to_date(manifest, is_offline):
    project = open_project(manifest, Where(is_offline=is_offline))
    endpoint = "offline" if is_offline else "https://api.runware.ai/v1"
    path = record(project, project.tasks[0], endpoint)
    assert actions(project) == ["download", "submit"]
    path.parent.mkdir()
    path.write_bytes(bytes(1000))
    assert actions(project) == ["skip", "submit"]
    path.write_bytes(bytes(999))
    assert actions(project) == ["download", "submit"]


def test_what_another_server_made_does_not_count(manifest, monkeypatch):
    project = open_project(manifest, Where())
    record(project, project.tasks[0], "https://api.runware.ai/v1")
    monkeypatch.setenv("RUNWARE_BASE_URL", "http://127.0.0.1:8123/v1")
    again = open_project(manifest, Where())
    assert actions(again) == ["submit", "submit"]
    assert "made before at https://api.runware.ai/v1" in again.plan(read_record(again)).tasks[0].reason


def test_models_beside_the_manifest_count(manifest, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "film.yaml").write_text("id: acme:film@1\n")
    with pytest.raises(ManifestError):
        open_project(manifest, Where())


def test_a_manifest_with_a_mistake_does_not_open(manifest):
    manifest.write_text(MANIFEST.replace("width: 768", "width: 767"))
    with pytest.raises(ManifestError) as raised:
        open_project(manifest, Where())
    assert [problem.line for problem in raised.value.problems] == [4]


def test_a_base_url_that_makes_no_sense_is_told_before_anything_else_happens(manifest, monkeypatch):
    monkeypatch.setenv("AIMLAPI_BASE_URL", "http://api.example.test")
    with pytest.raises(SettingsError, match="AIMLAPI_BASE_URL"):
        open_project(manifest, Where())
    assert open_project(manifest, Where(is_offline=True)).tasks
