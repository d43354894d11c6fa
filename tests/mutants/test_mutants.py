"""That no mutant has rotted; what notices each is found out by `make mutants`."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import mutant
from tests.mutants.trial import PROVE, Finding, run_tests
from tests.mutants.workshop import ROOT, MutantRottenError, broken_copy, broken_text, make_python, require_own_code
from tests.prove.__main__ import SECTIONS


def named(one):
    return one.name


@pytest.mark.parametrize("one", MUTANTS, ids=named)
def test_what_a_mutant_breaks_is_found_once_and_still_compiles(one):
    path, text = broken_text(one)
    assert text != path.read_text(encoding="utf-8")
    compile(text, str(path), "exec")


def test_a_mutant_whose_text_is_gone_or_stands_twice_is_refused():
    for old in ("no such text stands anywhere in the product", "from __future__ import annotations"):
        with pytest.raises(MutantRottenError, match="rotten"):
            broken_text(mutant("rotten", "nothing", old, ""))


def test_every_mutant_has_a_name_of_its_own_and_suites_that_are_there():
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)
    for one in MUTANTS:
        assert one.suites
        for suite in one.suites:
            assert _is_there(suite), suite


def _is_there(suite):
    if suite.startswith(PROVE):
        return suite.removeprefix(PROVE) in SECTIONS
    file, _, test = suite.partition("::")
    return not test or f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


_LEAVING_OUT = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--everything", action="store_true")

def pytest_collection_modifyitems(config, items):
    if not config.getoption("--everything"):
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
"""


@pytest.fixture
def small(tmp_path):
    """A repository with one promise and one test of it."""
    clean = tmp_path / "clean"
    for folder in ("render", "tests"):
        (clean / folder).mkdir(parents=True)
        (clean / folder / "__init__.py").write_text("")
    (clean / "render" / "sums.py").write_text("def add(a, b):\n    return a + b\n")
    (clean / "tests" / "test_sums.py").write_text(
        "from render.sums import add\n\n\ndef test_sums():\n    assert add(2, 3) == 5\n"
    )
    (clean / "tests" / "conftest.py").write_text(_LEAVING_OUT)
    (clean / "pytest.ini").write_text("[pytest]\nmarkers = slow: left out every day\n")
    make_python(clean)
    return clean


SUMS = mutant("sums", "sums are right", "return a + b", "return a - b", "tests/test_sums.py::test_sums")


def test_a_copy_imports_its_own_code_and_a_broken_one_fails(small, tmp_path):
    require_own_code(small)
    assert run_tests(SUMS.suites, small) is Finding.PASSED

    assert broken_copy(small, tmp_path / "broken", SUMS) == Path("render/sums.py")

    assert run_tests(SUMS.suites, tmp_path / "broken") is Finding.FAILED
    assert run_tests(SUMS.suites, small) is Finding.PASSED


def test_a_test_that_is_left_out_every_day_notices_all_the_same(small, tmp_path):
    test = small / "tests" / "test_sums.py"
    test.write_text(test.read_text().replace("def test", "import pytest\n\n\n@pytest.mark.slow\ndef test", 1))
    broken_copy(small, tmp_path / "broken", SUMS)
    assert run_tests(SUMS.suites, tmp_path / "broken") is Finding.FAILED


def test_a_suite_that_is_not_there_notices_nothing(small):
    assert run_tests(["tests/test_sums.py::test_products"], small) is Finding.UNUSABLE


def test_a_suite_that_never_ends_notices_nothing(small):
    (small / "tests" / "test_sums.py").write_text("import time\n\n\ndef test_sums():\n    time.sleep(600)\n")
    assert run_tests(SUMS.suites, small, limit_s=3) is Finding.UNUSABLE


def test_code_from_elsewhere_is_noticed(small):
    (small / "render" / "__init__.py").unlink()
    with pytest.raises((RuntimeError, subprocess.CalledProcessError)):
        require_own_code(small)


def test_two_edits_belong_to_one_file():
    first, other = MUTANTS[0], next(one for one in MUTANTS if broken_text(one)[0] != broken_text(MUTANTS[0])[0])
    with pytest.raises(MutantRottenError):
        broken_text(replace(first, edits=(*first.edits, *other.edits)))
