"""The house rules that a tool can see: what start-up may import, how large things may be, and words to avoid."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import render

ROOT = Path(render.__file__).parents[1]
MODULES = sorted((ROOT / "render").rglob("*.py"))
CODE = ("render", "tests", "benchmarks", "supply")
PYTHON = sorted(file for folder in CODE for file in (ROOT / folder).rglob("*.py"))
TEXTS = sorted(
    {
        *PYTHON,
        *ROOT.glob("*.*"),
        *(ROOT / name for name in ("Makefile", "LICENSE")),
        *(
            file
            for folder in (*CODE, "docs", "manifests", "schemas", "requirements", ".ci")
            for file in (ROOT / folder).rglob("*")
            if file.suffix not in {".pyc", ".pyi"}
        ),
    }
)

MANIFEST = """\
version: 1
project: one
shots:
  - {id: a, model: kandinsky-5-lite, prompt: A steam train, width: 768, height: 512, duration: 5}
"""
HEAVY = {"aiohttp", "aiofiles", "structlog", "rich", "jsonschema", "asyncio", "numpy", "av", "PIL"}
WATCH = """
import json, sys
from render.cli import run
{before}
status = run(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""


def imported_by(*arguments, cwd, before=""):
    done = subprocess.run(
        [sys.executable, "-c", WATCH.format(before=before), *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stdout + done.stderr
    return {*modules, *(module.partition(".")[0] for module in modules)}


@pytest.fixture
def manifest(tmp_path):
    (tmp_path / "one.shots.yaml").write_text(MANIFEST)
    return "one.shots.yaml"


def test_help_imports_click_and_nothing_heavier(tmp_path):
    modules = imported_by("--help", cwd=tmp_path)
    assert "click" in modules
    assert not modules & (HEAVY | {"yaml", "jsonschema_rs", "sqlite3", "dataclasses"})
    assert {module for module in modules if module.startswith("render")} == {"render", "render.cli"}


def test_the_help_of_no_command_imports_anything_heavy(tmp_path):
    names = ["validate", "plan", "run", "status", "verify", "fetch", "resolve", "state", "models"]
    names += ["import", "export", "fmt", "schema"]
    told = "".join(f"run(['{name}', '--help'])\n" for name in names[:-1])
    modules = imported_by("schema", "--help", cwd=tmp_path, before=told)
    assert {f"render.commands.{name}" for name in names} <= {module.removesuffix("_") for module in modules}
    assert not modules & HEAVY


@pytest.mark.parametrize("command", ["validate", "plan", "status", "verify", "export", "state check"])
def test_what_only_reads_imports_nothing_heavy(tmp_path, manifest, command):
    modules = imported_by(*command.split(), manifest, cwd=tmp_path)
    assert {"yaml", "jsonschema_rs"} <= modules
    assert not modules & HEAVY


def test_checking_a_manifest_needs_no_record_and_no_provider(tmp_path, manifest):
    modules = imported_by("validate", manifest, cwd=tmp_path)
    assert not modules & {"sqlite3", "render.store", "render.providers", "render.plan", "render.project"}


def contract(words):
    """The import contract whose name holds these words."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (found,) = [each for each in told["contracts"] if words in each["name"]]
    return found


def modules_in(folder):
    """The modules and packages right below a folder of the program."""
    here = ROOT / "render" / folder
    return {path.stem for path in here.glob("*.py")} | {path.parent.name for path in here.glob("*/__init__.py")}


def test_every_part_of_the_client_has_its_layer():
    named = {name for row in contract("Imports point down")["layers"] for name in row.split(" | ")}
    clients = modules_in("") - {"__init__", "__main__", "server"}
    assert named == {f"render.{name}" for name in clients}
    assert set(contract("shares nothing")["forbidden_modules"]) == named


def test_every_command_but_three_modules_is_kept_from_the_server():
    kept = {name for name in contract("know the server")["source_modules"] if name.startswith("render.commands.")}
    may_know = {"__init__", "run", "reach", "serve"}
    assert kept == {f"render.commands.{name}" for name in modules_in("commands") - may_know}


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def shown(file):
    return str(file.relative_to(ROOT))


def test_a_module_says_what_it_owns_and_stays_small():
    too_much = []
    for file in MODULES:
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text)
        assert ast.get_docstring(tree), shown(file)
        if len(text.splitlines()) > 300:
            too_much.append(shown(file))
        too_much += [(shown(file), node.name) for node in functions(tree) if node.end_lineno - node.lineno >= 40]
    assert too_much == []


def test_a_file_is_named_for_what_it_holds():
    vague = {"utils", "util", "helpers", "common", "base", "manager", "misc"}
    assert [shown(file) for file in PYTHON if file.stem in vague] == []


def mocks_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in {"unittest", "mock"})
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"unittest", "mock"}:
            yield node.module


def test_nothing_pretends():
    texts = {file: file.read_text(encoding="utf-8") for file in PYTHON}
    # to read a file's words is much quicker than to read its grammar
    suspects = {file: text for file, text in texts.items() if "unittest" in text or "mock" in text}
    found = [(shown(file), list(mocks_in(ast.parse(text)))) for file, text in suspects.items()]
    assert [(name, mocks) for name, mocks in found if mocks] == []


def test_a_silenced_check_is_named():
    nameless = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)")
    found = [(shown(file), nameless.findall(file.read_text(encoding="utf-8"))) for file in PYTHON]
    assert [(name, words) for name, words in found if words] == []


def test_no_file_names_a_place_on_somebodys_machine():
    place = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt)/\w")
    found = [
        f"{shown(file)}: {line}"
        for file in TEXTS
        if file.is_file()
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
        if place.search(line)
    ]
    assert found == []
