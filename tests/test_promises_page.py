"""The page of promises against the suites and verbs that prove them: each promise has one, and each suite is named."""

import importlib.util
import re
from pathlib import Path

from tests.prove.__main__ import SECTIONS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
VERBS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
PROMISED = re.findall(r"^\*\*(P\d+)\. ", PAGE, re.MULTILINE)
PROOFS = {
    promise: set(re.findall(r"`([^`]+)`", suites))
    for promise, suites in re.findall(r"^\| (P\d+) \| (.*) \|$", PAGE, re.MULTILINE)
}
DESCRIBED = re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)


def test_every_promise_is_made_once_and_has_its_row():
    assert list(PROOFS) == PROMISED
    assert len(PROMISED) == len(set(PROMISED)) == 22


def test_every_promise_names_what_is_run():
    run = {*SECTIONS, *(f"make {verb}" for verb in VERBS)}
    for promise, suites in PROOFS.items():
        assert suites, promise
        assert suites <= run, promise


def test_every_suite_is_described_and_proves_something():
    suites = [name for name in DESCRIBED if name in SECTIONS]
    assert suites == list(SECTIONS)
    proving = set().union(*PROOFS.values())
    assert {name for name in proving if not name.startswith("make ")} == set(SECTIONS)


def test_every_suite_can_be_found():
    missing = [name for name in SECTIONS if importlib.util.find_spec(f"tests.prove.{name}") is None]
    assert missing == []
