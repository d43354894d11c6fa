"""The documents against the program: what they show works, and what there is they name."""

import json
import re
from pathlib import Path

import click
import pytest

from render import cli
from render.catalog.load import load_catalog
from render.catalog.names import VOCABULARY
from render.commands import boundary
from render.commands.unrecorded import emergency_lines
from render.lanes import KINDS, base_url_variable, key_variable
from render.manifest.load import check_manifest
from render.records import Action, Plan, Rest, Status, Summary
from render.report.plan import plan_json
from render.report.resolution import Resolved, resolved_json
from render.report.state import StateFinding, StateReport, state_json
from render.report.status import status_json
from render.report.summary import summary_json
from render.report.verification import FileProblem, Verification, verification_json
from render.resolution import Verdict
from render.runner.job import Outcome
from render.schema import OWN_KEYS
from render.schema.keys import LANE, ROOT_KEYS
from render.store import Change
from tests.builders import LANES, a_planned, an_attempt
from tests.prove.__main__ import SECTIONS

ROOT = Path(__file__).parent.parent
FRONT = [ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CHANGELOG", "CONTRIBUTING")]
PAGES = [*FRONT, *sorted((ROOT / "docs").rglob("*.md"))]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
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


def commands(group, prefix=""):
    """Every command below a group, by the words that call it."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


COMMANDS = dict(commands(cli.cli))
OPTIONS = [
    pytest.param(name, option, id=f"{name} {option}")
    for name, command in COMMANDS.items()
    for param in command.params
    for option in (param.opts if isinstance(param, click.Option) else ())
]


#: where options of many commands stand; the section of a command links there
SHARED = {"#choosing-tasks": "Choosing tasks", "#reading-a-manifest": "Reading a manifest"}


@pytest.mark.parametrize("text", MANIFESTS)
def test_a_whole_manifest_in_the_documents_is_in_order(text, tmp_path):
    path = tmp_path / "page.shots.yaml"
    path.write_text(text, encoding="utf-8")
    problems = check_manifest(path, load_catalog()).problems
    # the page shows a model that is not in the catalog, and says what is said of it
    assert [problem for problem in problems if problem.rule != "general-rules"] == []


@pytest.mark.parametrize("title", ["Several files", "Texts in files"])
def test_a_manifest_of_several_files_in_the_documents_is_in_order(title, tmp_path):
    page = MANIFEST.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    files = re.findall(r"^```\w+\n# ([\w./]+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for name, text in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = check_manifest(tmp_path / "film.shots.yaml", load_catalog())
    assert len(files) > 1
    assert checked.problems == ()


def test_every_key_of_the_language_stands_in_an_example_on_its_page():
    shown = "\n".join(blocks(ROOT / "docs" / "manifest.md", "yaml"))
    written = set(re.findall(r"(?:^|[\s{,-])([a-z_]+):(?=\s)", shown))
    assert {*ROOT_KEYS, *OWN_KEYS, *LANE["properties"], *VOCABULARY} - written == set()


def test_the_page_of_the_language_and_the_readme_show_whole_manifests():
    shown = {parameter.id.rpartition("-")[0] for parameter in MANIFESTS}
    assert {"manifest", "README"} <= shown


def test_the_spec_that_contributors_are_shown_is_read(tmp_path):
    (text,) = SPECS
    (tmp_path / "dusk.yaml").write_text(text, encoding="utf-8")
    spec = load_catalog([tmp_path]).find("dusk")
    assert spec is not None
    assert {param.name for param in spec.params if param.is_delivery} == {"ttl", "upload_endpoint", "webhook_url"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_section(name):
    assert re.search(rf"^### `render {name}\b", REFERENCE, re.MULTILINE)


def test_the_reference_has_no_section_of_a_command_that_is_gone():
    for heading in re.findall(r"^### `render ([a-z ]+?)(?: [^a-z ].*)?`$", REFERENCE, re.MULTILINE):
        assert heading in COMMANDS


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_stands_in_the_section_of_its_command(name, option):
    heading = re.search(rf"^### (`render {name}\b(?!.*--json).*)$", REFERENCE, re.MULTILINE)
    text = section(heading[1])
    linked = [title for anchor, title in SHARED.items() if f"]({anchor})" in text]
    assert re.search(rf"`{re.escape(option)}[ `]", "\n".join([text, *map(section, linked)]))


def test_every_exit_status_has_its_row_and_no_other():
    help_text = COMMANDS["run"].epilog
    told = set(re.findall(r"(?:^|\s)(\d+)(?=[ ,])", help_text))
    assert {"0", "6", str(boundary.EXIT_BUG), str(cli.EXIT_INTERRUPTED)} <= told
    assert first_column("Exit statuses") - {"status"} == told


def test_everything_that_a_check_of_files_finds_has_its_row_and_no_other():
    kinds = re.findall(r'kind="([\w-]+)"', (ROOT / "render" / "artifacts" / "verifying.py").read_text(encoding="utf-8"))
    assert first_column("`render verify [MANIFEST]`") - {"option", "--offline", "--json", "problem"} == set(kinds)


def test_contributors_are_told_every_verb():
    verbs = re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    told = re.findall(r"^make ([a-z-]+) ", CONTRIBUTING, re.MULTILINE)
    assert {"setup", "audit"} <= set(verbs)
    assert set(verbs) - {"help"} <= set(told)


def test_every_action_has_its_row_and_no_other():
    assert first_column("Actions of a plan") - {"action"} == {action.value for action in Action}


def test_the_state_table_leads_to_every_action_and_to_no_other():
    rows = re.findall(r"^\|[^|]+\| `(\w+)` \|[^|]+\|$", ARCHITECTURE, re.MULTILINE)
    assert set(rows) == {action.value for action in Action}


def test_the_layout_names_every_module_that_decides_conducts_or_keeps():
    layout = ARCHITECTURE.partition("## Layout")[2].partition("## Who may import whom")[0]
    named = set(re.findall(r"\w+", layout))
    for folder in ("", "runner", "store", "providers", "artifacts", "wire"):
        modules = {file.stem for file in (ROOT / "render" / folder).glob("*.py")} - {"__init__", "__main__"}
        assert modules <= named, folder


def test_every_section_of_the_proof_has_its_row_and_no_other():
    rows = re.findall(r"^\| `(\w+)` \|", CONTRIBUTING.partition("## Change what guards money")[2], re.MULTILINE)
    assert sorted(rows) == sorted(SECTIONS)


def test_every_status_and_rest_has_its_row_and_no_other():
    words = {*(status.value for status in Status), *(rest.value for rest in Rest), "new"}
    assert first_column("Statuses and rests") - {"status", "rests"} == words


def test_every_outcome_has_its_row_and_no_other():
    assert first_column("Outcomes of a run") - {"outcome"} == {outcome.value for outcome in Outcome}


def members(value, path=""):
    """The names of all members of a document, with where they stand; lists are looked at by their first element."""
    if isinstance(value, list):
        return members(value[0], f"{path}[]") if value else set()
    if not isinstance(value, dict):
        return set()
    return {f"{path}.{name}" for name in value}.union(
        *(members(each, f"{path}.{name}") for name, each in value.items())
    )


ATTEMPT = an_attempt()
PLANNED = a_planned(attempt=ATTEMPT)
RESOLVED = Resolved(verdict=Verdict.RETRY, was="ambiguous", attempt=ATTEMPT, key="", path=None, next=PLANNED)
FINDING = StateFinding(kind="damage", message="", hint="")
FILE = FileProblem(path="", key="", attempt_id="", kind="missing", message="")
VERIFICATION = Verification(record="", files=1, size_bytes=0, problems=[FILE], unknown=[""])
SHAPES = {
    "run": summary_json(Summary()),
    "verify": verification_json(VERIFICATION),
    "status": status_json(Plan(tasks=(PLANNED,)), is_running=False),
    "resolve": resolved_json(RESOLVED),
    "state check": state_json(StateReport(record="", attempts=0, artifacts=0, findings=[FINDING])),
}


def shown_json(title):
    """The JSON document in a section of the reference."""
    (text,) = re.findall(r"^```json\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    return json.loads(text)


@pytest.mark.parametrize("name", SHAPES)
def test_the_json_shown_has_the_members_of_the_json_printed(name):
    shown, printed = shown_json(f"`render {name} --json`"), SHAPES[name]
    assert {name for name in members(shown) if not name.startswith(".failures[]")} == members(printed)


def test_a_plan_shown_has_the_members_of_a_plan():
    shown, printed = shown_json("`render plan --json`"), plan_json(Plan(tasks=(PLANNED,)))
    assert list(shown) == list(printed)
    assert members(shown["tasks"]) == members(printed["tasks"])


def test_the_line_about_what_is_not_recorded_is_shown_as_it_is_printed():
    (line,) = emergency_lines([Change(attempt=ATTEMPT)], LANES)
    assert list(shown_json("What the record does not hold")) == list(json.loads(line))


def test_every_variable_of_the_environment_has_its_row_and_no_other():
    text = "".join((ROOT / "render" / name).read_text(encoding="utf-8") for name in ("settings.py", "display.py"))
    read = re.findall(r'(?:\.get\(|_USE_PROXY = )"([A-Z_]+)"', text)
    in_either_case = [name.upper() for name in re.findall(r'_either_case\(\w+, "(\w+)"\)', text)]
    keys, urls = [key_variable(kind) for kind in KINDS], [base_url_variable(kind) for kind in KINDS]
    rows = [row.partition(" | ")[0] for row in section("Environment").splitlines() if row.startswith("| `")]
    told = re.findall(r"`(\w+)`", " ".join(rows))
    assert sorted(told) == sorted({*read, *in_either_case, *keys, *(f"{key}_FILE" for key in keys), *urls})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_json_in_the_documents_is_json(page):
    for text in blocks(page, "json"):
        json.loads(text)


def test_every_key_of_a_manifest_is_described():
    for name in (*ROOT_KEYS, *OWN_KEYS):
        assert f"`{name}`" in MANIFEST, name
    for name in LANE["properties"]:
        assert f"\n#### `{name}`\n" in MANIFEST, name


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
