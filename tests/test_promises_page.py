"""The page of promises against the suites that prove them: each promise has one, and each suite is named."""

import importlib.util
import re
from pathlib import Path

from tests.prove.__main__ import SECTIONS

PAGE = (Path(__file__).parent.parent / "docs" / "promises.md").read_text(encoding="utf-8")
PROMISED = re.findall(r"^\*\*(P\d+)\. ", PAGE, re.MULTILINE)
PROOFS = {
    promise: set(re.findall(r"`(\w+)`", suites))
    for promise, suites in re.findall(r"^\| (P\d+) \| (.*) \|$", PAGE, re.MULTILINE)
}
DESCRIBED = re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)


def test_every_promise_is_made_once_and_has_its_row():
    assert list(PROOFS) == PROMISED
    assert len(PROMISED) == len(set(PROMISED)) == 16


def test_every_promise_names_suites_that_are_run():
    for promise, suites in PROOFS.items():
        assert suites, promise
        assert suites <= set(SECTIONS), promise


def test_every_suite_is_described_and_proves_something():
    suites = [name for name in DESCRIBED if name in SECTIONS]
    assert suites == list(SECTIONS)
    assert set().union(*PROOFS.values()) == set(SECTIONS)


def test_every_suite_can_be_found():
    missing = [name for name in SECTIONS if importlib.util.find_spec(f"tests.prove.{name}") is None]
    assert missing == []
