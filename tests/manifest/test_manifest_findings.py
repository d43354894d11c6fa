import pytest

from render.catalog.load import load_catalog
from render.cli import run
from render.manifest.findings import MAX_PROBLEMS, Findings, listed
from render.manifest.load import check_manifest
from render.wish import Severity
from render.yaml_source import parse_source

CATALOG = load_catalog()
HEAD = (
    "version: 1\nproject: p\ndefaults: {model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}\n"
)
SLIP = '"${acton}"'


def findings(text):
    return Findings(parse_source(text.encode(), file="f.yaml"))


def lines_of(problems):
    return [(problem.line, problem.rule) for problem in problems]


def test_problems_come_in_file_order_whatever_the_order_of_finding():
    found = findings("a: 1\nb: 2\nc: 3\n")
    for name in "cab":
        found.add((name,), "late", "m")
    found.warn(("b",), "early", "m", of_key=True)
    assert [(problem.line, problem.column) for problem in found.sorted()] == [(1, 4), (2, 1), (2, 4), (3, 4)]


def test_one_thing_is_told_once():
    found = findings("a: 1\n")
    found.add(("a",), "rule", "m")
    found.add(("a",), "rule", "m", hint="another")
    found.add(("a",), "rule", "n")
    assert [problem.message for problem in found.sorted()] == ["m", "n"]


def test_what_cannot_be_read_is_not_judged_as_well():
    found = findings("a: yes\n")
    found.add(("a",), "type", "m")
    assert lines_of(found.sorted()) == [(1, "yaml-trap")]
    assert found.is_told(("a",))


def test_a_warning_does_not_silence_an_error():
    found = findings("a: {b: 1}\n")
    found.warn(("a",), "rule", "m")
    found.warn(("a", "b"), "rule", "m")
    assert not found.has_errors
    assert not found.is_told(("a",))
    assert not found.is_told_within(("a",))


def test_what_was_told_below_a_path_counts_for_the_path():
    found = findings("a: {b: {c: 1}}\nd: 2\n")
    found.add(("a", "b", "c"), "rule", "m")
    assert found.is_told_within(())
    assert found.is_told_within(("a",))
    assert not found.is_told_within(("d",))
    assert not found.is_told(("a",))


def test_something_missing_is_told_at_what_holds_it_and_leaves_room_for_the_next():
    found = findings("a:\n  - b: 1\n")
    found.add(("a", 0, "x"), "required", "`x` is missing")
    assert lines_of(found.sorted()) == [(2, "required")]
    assert found.is_missing_told(("a", 0, "x"))
    assert not found.is_missing_told(("a", 0, "y"))


@pytest.mark.parametrize(("errors", "said"), [(50, None), (51, "and 1 more error "), (90, "and 40 more errors ")])
def test_past_the_fiftieth_error_only_the_number_is_told(errors, said):
    found = findings("".join(f"k{n}: 1\n" for n in range(100)))
    for n in reversed(range(errors)):
        found.add((f"k{n}",), "rule", "m")
        found.warn((f"k{n}",), "odd", "m", of_key=True)
    problems = found.sorted()
    told = [problem for problem in problems if problem.rule == "rule"]
    assert [problem.line for problem in told] == list(range(1, MAX_PROBLEMS + 1))
    assert list(problems) == sorted(problems, key=lambda problem: (problem.line, problem.column))
    more = [problem for problem in problems if problem.rule == "too-many"]
    assert [problem.message.startswith(said) for problem in more] == ([True] if said else [])
    assert found.has_errors


@pytest.mark.parametrize(("warnings", "said"), [(50, None), (51, "and 1 more warning "), (90, "and 40 more warnings ")])
def test_past_the_fiftieth_warning_only_the_number_is_told_and_no_error_is_lost(warnings, said):
    found = findings("".join(f"k{n}: 1\n" for n in range(100)))
    for n in range(warnings):
        found.warn((f"k{n}",), "odd", "m")
    found.add(("k99",), "rule", "m")
    problems = found.sorted()
    assert [problem.line for problem in problems if problem.rule == "odd"] == list(range(1, MAX_PROBLEMS + 1))
    assert [problem.line for problem in problems if problem.is_error] == [100]
    more = [problem for problem in problems if problem.rule == "too-many"]
    assert [problem.message.startswith(said) for problem in more] == ([True] if said else [])
    assert {problem.severity for problem in more} <= {Severity.WARNING}


def test_a_slip_in_a_shared_text_makes_no_variable_of_the_shots_unused(tmp_path):
    path = tmp_path / "a.shots.yaml"
    shots = "".join(f"  - {{id: s{n}, vars: {{action: rows}}}}\n" for n in range(60))
    path.write_text(f"{HEAD.replace('a fox', SLIP)}shots:\n{shots}", encoding="utf-8")
    (problem,) = check_manifest(path, CATALOG).problems
    assert (problem.line, problem.rule) == (3, "unknown-variable")


def test_the_warnings_of_several_manifests_are_counted_together(tmp_path, capsys):
    shots = "".join(f"  - {{id: s{n}, vars: {{action: rows}}}}\n" for n in range(40))
    for name in ("a", "b"):
        (tmp_path / f"{name}.shots.yaml").write_text(f"{HEAD}shots:\n{shots}", encoding="utf-8")
    assert run(["validate", str(tmp_path / "a.shots.yaml"), str(tmp_path / "b.shots.yaml")]) == 0
    out = capsys.readouterr().out
    assert out.count("is not used") == MAX_PROBLEMS
    assert "and 30 more warnings from here on" in out


def test_a_problem_is_one_line_whatever_the_authors_text_holds():
    found = findings("a: 1\n")
    found.add(("a",), "rule", "x\ny" * 1000, hint="a\tb\r")
    (problem,) = found.sorted()
    assert "\n" not in problem.message
    assert len(problem.message) <= 1000
    assert problem.hint == "a\\tb\\r"


def test_a_long_list_is_cut():
    assert listed("abc") == "`a`, `b`, `c`"
    assert listed("abc", most=1) == "`a` and 2 more"


def test_what_the_schema_refuses_is_told_even_after_more_than_fifty_others(tmp_path):
    shots = "".join(f"  - {{id: s{n}, steps: 99}}\n" for n in range(60))
    path = tmp_path / "a.shots.yaml"
    path.write_text(f"{HEAD}output: 5\nshots:\n{shots}", encoding="utf-8")
    checked = check_manifest(path, CATALOG)
    assert checked.manifest is None
    assert lines_of(checked.problems)[0] == (4, "type")
    assert lines_of(checked.problems)[-1] == (54, "too-many")
    assert len(checked.problems) == MAX_PROBLEMS + 1
