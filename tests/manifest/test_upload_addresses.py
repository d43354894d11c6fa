"""No two results of a project are put to one address."""

import pytest

from render.catalog.load import load_catalog
from render.manifest.load import check_manifest

CATALOG = load_catalog()
HEAD = """\
version: 1
project: fog
defaults: {model: kandinsky-5-lite, prompt: Fog, width: 768, height: 512, duration: 5}
"""
SWITCHED_OFF = """\
shots:
  - {id: a, upload_endpoint: 'https://a.example/x'}
  - {id: b, enabled: false, upload_endpoint: 'https://a.example/x'}
"""


def found(folder, text, **others):
    """Rule, file, line and message of each problem of a manifest."""
    for name, other in others.items():
        (folder / f"{name}.shots.yaml").write_text(other, encoding="utf-8")
    path = folder / "film.shots.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    problems = check_manifest(path, CATALOG).problems
    return [(problem.rule, problem.file.rpartition("/")[2], problem.line, problem.message) for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        "shots: [{id: a, takes: 3, upload_endpoint: 'https://a.example/{shot}-{take}'}]\n",
        "shots: [{id: a, takes: 3, seed: 5, upload_endpoint: 'https://a.example/{seed}.{ext}'}]\n",
        "shots: [{id: a, upload_endpoint: 'https://a.example/${env.FOG_BUCKET}'}, {id: b}]\n",
        "shots: [{id: a, takes: 3, webhook_url: 'https://a.example/hook'}]\n",
        "shots: [{id: a, upload_endpoint: 'https://a.example/x'}, {id: b, upload_endpoint: 'https://a.example/x/'}]\n",
        SWITCHED_OFF,
        "shots: [{id: a, upload_endpoint: 'https://a.example/x'}, {id: b, upload_endpoint: 'https://a.example/X'}]\n",
        "shots: [{id: 'a${steps}', matrix: {steps: [10, 20]}, upload_endpoint: 'https://a.example/{shot}'}]\n",
    ],
)
def test_addresses_that_differ_once_they_are_filled_in_are_in_order(tmp_path, monkeypatch, text):
    monkeypatch.setenv("FOG_BUCKET", "anything")
    assert found(tmp_path, text) == []


def test_an_address_that_shots_share_is_told_once_with_the_first_two(tmp_path):
    text = "shots:\n  - &a {id: a, upload_endpoint: 'https://a.example/{project}'}\n  - {id: b}\n"
    text = text.replace("&a ", "").replace("{id: b}", "{id: b, upload_endpoint: 'https://a.example/fog'}")
    message = "b.t01 and a.t01, on line 5, would be put to one address"
    assert found(tmp_path, text) == [("one-address", "film.shots.yaml", 6, message)]
    above = HEAD.replace("duration: 5", "duration: 5, upload_endpoint: 'https://a.example/{ext}'")
    message = "b.t01 and a.t01 would be put to one address"
    (tmp_path / "film.shots.yaml").write_text(f"{above}shots: [{{id: a}}, {{id: b}}, {{id: c}}]\n", encoding="utf-8")
    problems = check_manifest(tmp_path / "film.shots.yaml", CATALOG).problems
    assert [(problem.rule, problem.line, problem.message) for problem in problems] == [("one-address", 3, message)]


def test_an_address_of_another_file_is_told_with_that_file(tmp_path):
    text = "include: [more.shots.yaml]\nshots: [{id: a, upload_endpoint: 'https://a.example/x'}]\n"
    more = "version: 1\nshots:\n  - {id: b, upload_endpoint: 'https://a.example/x'}\n"
    ((rule, file, line, message),) = found(tmp_path, text, more=more)
    assert (rule, file, line) == ("one-address", "more.shots.yaml", 3)
    assert message.startswith("b.t01 and a.t01, in ")
    assert message.endswith("film.shots.yaml:5, would be put to one address")


def test_takes_and_axes_of_one_shot_need_addresses_of_their_own(tmp_path):
    text = "shots: [{id: a, takes: 2, matrix: {steps: [10, 20]}, upload_endpoint: 'https://a.example/{take}'}]\n"
    ((rule, _, _, message),) = found(tmp_path, text)
    assert rule == "one-address"
    assert message == "a.steps-20.t01 and a.steps-10.t01 would be put to one address"


@pytest.mark.parametrize(
    "address", ["https://a.example/{scene}", "https://a.example/{shot", "https://a.example/{take:x}"]
)
def test_a_placeholder_that_leads_nowhere_is_told_where_it_stands(tmp_path, address):
    text = f"shots:\n  - id: a\n    webhook_url: '{address}'\n"
    ((rule, _, line, message),) = found(tmp_path, text)
    assert (rule, line) == ("address", 6)
    assert "nothing can be sent to this address" in message
