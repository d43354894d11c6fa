import ast
import re
from pathlib import Path

import pytest

import render
from render.catalog.load import catalog_beside
from render.errors import ManifestError
from render.manifest.load import check_manifest
from render.rules import RULES, number_of, rule_called
from render.rules.pages import MANIFEST, read_page

PACKAGE = Path(render.__file__).parent
PAGES = PACKAGE / "rules" / "pages"
#: one line a rule that was ever published; only ever longer
PUBLISHED = (Path(__file__).parent / "published.txt").read_text(encoding="utf-8").splitlines()
#: what is too large to be shown on a page, or is no manifest
WITHOUT_EXAMPLE = {"yaml-size", "export-line", "too-many-files", "request"}
SHOWN = [rule for rule in RULES if rule.name not in WITHOUT_EXAMPLE]


def calls(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def literal(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised_in(tree):
    """Names of rules that calls in a module give: findings.add(path, NAME, message), self._stop(event, NAME, …)."""
    for call in calls(tree):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in {"add", "warn", "_problem", "_stop"} and len(call.args) > 2 and literal(call.args[1]):
            yield literal(call.args[1])
        for keyword in call.keywords:
            if keyword.arg == "rule" and literal(keyword.value):
                yield literal(keyword.value)


def trees():
    files = [file for file in PACKAGE.rglob("*.py") if not {"rules", "server"} & set(file.relative_to(PACKAGE).parts)]
    return [ast.parse(file.read_text(encoding="utf-8")) for file in files]


def problems_of(files, folder):
    """Check an example of a page in a folder of its own."""
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding=file.encoding)
    manifest = folder / MANIFEST
    try:
        return check_manifest(manifest, catalog_beside(manifest)).problems
    except ManifestError as error:
        return error.problems


def test_numbers_and_names_are_there_once_and_numbers_count_up():
    numbers = [rule.number for rule in RULES]
    assert numbers == [f"R{at:03d}" for at in range(1, len(RULES) + 1)]
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name) for rule in RULES)


def test_a_number_once_published_means_what_it_meant():
    assert [f"{rule.number} {rule.name}" for rule in RULES] == PUBLISHED


def test_every_rule_that_the_code_raises_has_a_number_and_every_number_is_raised():
    parsed = trees()
    raised = {name for tree in parsed for name in raised_in(tree)}
    assert len(raised) > 30
    assert raised <= {rule.name for rule in RULES}
    words = {literal(node) for tree in parsed for node in ast.walk(tree)}
    assert {rule.name for rule in RULES} <= words


def test_every_rule_has_a_page_and_every_page_a_rule():
    assert {file.stem for file in PAGES.iterdir()} == {rule.number for rule in RULES}
    for rule in RULES:
        assert (PAGES / f"{rule.number}.md").read_text(encoding="utf-8").startswith(f"# {rule.number} {rule.name}\n\n")
        page = read_page(rule)
        assert page.meaning
        assert page.why
        assert bool(page.refused and page.mended and page.place[1]) is (rule in SHOWN)


@pytest.mark.parametrize("rule", SHOWN, ids=lambda rule: rule.name)
def test_the_example_of_a_page_is_refused_where_the_page_says_and_the_mended_one_is_in_order(
    rule, tmp_path, monkeypatch
):
    page = read_page(rule)
    for name in ("refused", "mended"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "refused")
    problems = problems_of(page.refused, Path())
    assert (rule.name, *page.place) in {(one.rule, one.file, one.line, one.column) for one in problems}
    assert {one.rule for one in problems} == {rule.name} or rule.name == "too-many"
    monkeypatch.chdir(tmp_path / "mended")
    assert problems_of(page.mended, Path()) == ()


@pytest.mark.parametrize("word", ["R012", "r012", "R12", "12", "range", "Range", " range "])
def test_a_rule_goes_by_its_number_or_its_name_in_any_spelling(word):
    assert rule_called(word).name == "range"


@pytest.mark.parametrize("word", ["", "R", "R000", "R999", "R0012", "rang", "R01²", "kandinsky-5-lite"])
def test_what_is_no_rule_is_none(word):
    assert rule_called(word) is None


def test_a_name_without_a_row_stands_for_itself():
    assert number_of("of a plugin") == "of a plugin"
