"""The documents against the program: what they show works, and what there is they name."""

import json
import re
from pathlib import Path

import click
import pytest

from render import cli
from render.catalog.load import load_catalog
from render.commands import boundary
from render.manifest.load import check_manifest
from render.records import Action, Rest, Status, Summary
from render.report.summary import summary_json
from render.runner.job import Outcome
from render.schema import NOT_YET, OWN_KEYS
from render.schema.keys import ROOT_KEYS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
MANIFEST = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(page, language):
    """The fenced blocks of one language on a page, out of their indentation."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, kind, text in found if kind == language]


def section(title):
    """The part of the reference below a heading, up to the next heading of its level."""
    heading = re.search(rf"^(#+) {re.escape(title)}$", REFERENCE, re.MULTILINE)
    assert heading, title
    rest = REFERENCE[heading.end() :]
    following = re.search(rf"^#{{1,{len(heading[1])}}} ", rest, re.MULTILINE)
    return rest[: following.start()] if following else rest


def first_column(title):
    """The words in the first column of the tables of a section."""
    return set(re.findall(r"^\| `?([\w-]+)`? \|", section(title), re.MULTILINE))


MANIFESTS = [
    pytest.param(text, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, text in enumerate(text for text in blocks(page, "yaml") if text.startswith("version: 1"))
]
SPECS = [text for text in blocks(ROOT / "CONTRIBUTING.md", "yaml") if text.startswith("id:")]
COMMANDS = {name: cli.cli.get_command(click.Context(cli.cli), name) for name in cli.COMMANDS}
OPTIONS = [
    pytest.param(name, option, id=f"{name} {option}")
    for name, command in COMMANDS.items()
    for param in command.params
    for option in (param.opts if isinstance(param, click.Option) else ())
]


@pytest.mark.parametrize("text", MANIFESTS)
def test_a_whole_manifest_in_the_documents_is_in_order(text, tmp_path):
    path = tmp_path / "page.shots.yaml"
    path.write_text(text, encoding="utf-8")
    assert check_manifest(path, load_catalog()).problems == ()


def test_the_page_of_the_language_and_the_readme_show_whole_manifests():
    shown = {parameter.id.rpartition("-")[0] for parameter in MANIFESTS}
    assert {"manifest", "README"} <= shown


def test_the_spec_that_contributors_are_shown_is_read(tmp_path):
    (text,) = SPECS
    (tmp_path / "dusk.yaml").write_text(text, encoding="utf-8")
    spec = load_catalog([tmp_path]).find("dusk")
    assert spec is not None
    assert {param.name for param in spec.params if param.is_delivery} == {"ttl", "upload_endpoint", "webhook_url"}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_its_section(name):
    assert re.search(rf"^### `render {name}\b", REFERENCE, re.MULTILINE)


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_stands_in_the_section_of_its_command(name, option):
    heading = re.search(rf"^### (`render {name}\b(?!.*--json).*)$", REFERENCE, re.MULTILINE)
    assert re.search(rf"`{re.escape(option)}[ `]", section(heading[1]))


def test_every_exit_status_has_its_row_and_no_other():
    help_text = COMMANDS["run"].epilog
    told = set(re.findall(r"(?:^|\s)(\d+)(?=[ ,])", help_text))
    assert {"0", "6", str(boundary.EXIT_BUG), str(cli.EXIT_INTERRUPTED)} <= told
    assert first_column("Exit statuses") - {"status"} == told


def test_every_action_has_its_row_and_no_other():
    assert first_column("Actions of a plan") - {"action"} == {action.value for action in Action}


def test_every_status_and_rest_has_its_row_and_no_other():
    words = {*(status.value for status in Status), *(rest.value for rest in Rest), "new"}
    assert first_column("Statuses and rests") - {"status", "rests"} == words


def test_every_outcome_has_its_row_and_no_other():
    assert first_column("Outcomes of a run") - {"outcome"} == {outcome.value for outcome in Outcome}


def test_the_summary_shown_has_the_members_of_a_summary():
    (text,) = [text for text in blocks(ROOT / "docs" / "reference.md", "json") if '"requests"' in text]
    assert list(json.loads(text)) == list(summary_json(Summary()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_json_in_the_documents_is_json(page):
    for text in blocks(page, "json"):
        json.loads(text)


def test_every_key_of_a_manifest_is_described():
    for name in (*ROOT_KEYS, *OWN_KEYS):
        assert f"`{name}`" in MANIFEST, name


def test_everything_that_is_not_yet_read_is_listed():
    listed = MANIFEST.partition("## Not yet")[2]
    for path in NOT_YET:
        name = next(step for step in reversed(path.split(".")) if step not in {"*", "file"})
        assert re.search(rf"`{name}\b", listed), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_documents_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name) if name else page
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
            assert anchor in slugs, target
