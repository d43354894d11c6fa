"""What is shipped and what it stands on: the audit says what it does not know, and the bill of materials is whole."""

import json
import stat
import sys
from pathlib import Path

import pytest

from supply.audit import EXIT_FOUND, EXIT_NOT_ASKED, audited, main, pins, told

ROOT = Path(__file__).parent.parent
LOCK = "aiofiles==25.1.0 \\\n    --hash=sha256:aa\n    # via renderline\naiohttp==3.14.4 ; sys_platform != 'x' \\\n"
CLEAN = {"name": "aiofiles", "version": "25.1.0", "vulns": []}
SKIPPED = {"name": "aiohttp", "skip_reason": "not found"}
BAD = {"name": "aiohttp", "version": "3.14.4", "vulns": [{"id": "CVE-1", "fix_versions": ["3.14.5"]}]}


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "some.lock"
    path.write_text(LOCK, encoding="utf-8")
    return path


@pytest.fixture
def auditor(tmp_path):
    """An auditor that prints what it is told to, whatever it is asked."""

    def made(output):
        path = tmp_path / "auditor"
        path.write_text(f"#!{sys.executable}\nprint({output!r})\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return made


@pytest.mark.parametrize(
    ("rows", "status", "words"),
    [
        ([CLEAN, {**BAD, "vulns": []}], 0, "2 of 2 packages looked up, 0 known to be bad"),
        ([CLEAN, BAD], EXIT_FOUND, "aiohttp 3.14.4: CVE-1, mended in 3.14.5"),
        ([CLEAN, SKIPPED], EXIT_NOT_ASKED, "NOT AUDITED: aiohttp"),
        ([SKIPPED], EXIT_NOT_ASKED, "NOT AUDITED: the database of advisories cannot be reached"),
    ],
    ids=["clean", "bad", "one skipped", "all skipped"],
)
def test_the_audit_ends_as_it_went(auditor, lock, monkeypatch, capsys, rows, status, words):
    command = ["audit", str(auditor(json.dumps({"dependencies": rows}))), str(lock)]
    monkeypatch.setattr(sys, "argv", command)
    assert main() == status
    assert words in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", [*command, "--unreachable-is-fine"])
    assert main() == (status if status == EXIT_FOUND else 0)
    assert words in capsys.readouterr().out


def test_an_auditor_that_breaks_has_looked_up_nothing(auditor, lock):
    verdict = audited(auditor("Traceback: no route to host"), lock)
    assert verdict.not_looked_up == ("aiofiles 25.1.0", "aiohttp 3.14.4")
    assert "NOT AUDITED" in told("some.lock", verdict)


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_everything_locked_has_hashes_and_names_no_host(path):
    text = path.read_text(encoding="utf-8")
    assert pins(text)
    assert text.count(" \\\n    --hash=sha256:") >= len(pins(text))
    assert "://" not in text


def test_the_lowest_versions_that_are_tested_are_those_we_allow():
    allowed = [line for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines() if ">=" in line]
    lowest = dict(pin.split() for pin in pins((ROOT / "requirements" / "lowest.lock").read_text(encoding="utf-8")))
    for name in ("aiofiles", "aiohttp", "click", "jsonschema", "jsonschema-rs", "pyyaml", "rich", "structlog"):
        (line,) = [line for line in allowed if f'"{name}>=' in line]
        floor = line.split(">=")[1].split('"')[0].split(",")[0]
        assert lowest[name].startswith(floor), name
