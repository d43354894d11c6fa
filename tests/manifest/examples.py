"""The example manifests in tests/manifests: what each must give is written in it, or beside it.

`valid/NAME.shots.yaml`    the tasks it stands for are in `valid/NAME.tasks.json`.
`invalid/NAME.shots.yaml`  its first lines are the problems it must give, one a line: number, place, and words that
                           stand in the message or the hint: `# R012 12:12 allowed: from 1 to 50`. A problem of
                           another file names it: `# R012 parts/b.shots.yaml:3:5 …`.

A valid one may begin with such lines too, for its warnings. To add an example, write the manifest alone and run the
test once: it writes what is missing and fails, so that somebody reads it. Files that examples include or read lie in
folders of their own, which are not looked into for examples.
"""

import json
import re
from pathlib import Path

from render.catalog.load import catalog_beside
from render.expand import expand
from render.manifest.load import check_manifest
from render.rules import number_of

FOLDER = Path(__file__).parent.parent / "manifests"
VALID = sorted((FOLDER / "valid").glob("*.shots.yaml"))
INVALID = sorted((FOLDER / "invalid").glob("*.shots.yaml"))

_HEAD = re.compile(r"# (R\d{3}) (\S+:)?(\d+):(\d+) (\S.*)\n")
_LONGEST_WORDS = 100


def name(path):
    return path.name.removesuffix(".shots.yaml")


def promised(path):
    """Read the first lines: (number, file, line, column, words) of each problem, in the order of the lines."""
    rows = []
    text = path.read_text(encoding="utf-8")
    while found := _HEAD.match(text):
        number, file, line, column, words = found.groups()
        rows.append((number, (file or f"{path.name}:")[:-1], int(line), int(column), words))
        text = text[found.end() :]
    return rows


def given(path):
    """Check the manifest, as `render validate` would in its folder."""
    return check_manifest(path, catalog_beside(path))


def place(problem, path):
    """The place of a problem as `promised` gives it, without the words."""
    file = Path(problem.file).resolve().relative_to(path.parent.resolve())
    return (number_of(problem.rule), str(file), problem.line, problem.column)


def said(problem):
    return f"{problem.message}; {problem.hint}"


def tasks(path):
    """The tasks of a valid manifest, as they stand in its `.tasks.json`."""
    catalog = catalog_beside(path)
    return [
        {
            "key": task.key,
            "model": task.model,
            "provider": task.provider,
            **({"lane": task.lane} if task.lane != task.provider else {}),
            "params": task.params,
            "path": task.path,
            "tags": list(task.tags),
        }
        for task in expand(check_manifest(path, catalog).manifest, catalog.find)
    ]


def write_promise(path):
    """Put what an example gives into its first lines; their number moves the places in it, so it is done twice."""
    body = path.read_text(encoding="utf-8")
    lines = ["#"] * len(given(path).problems)
    for _ in range(2):
        path.write_text("".join(f"{line}\n" for line in lines) + body, encoding="utf-8")
        lines = [_line(problem, path) for problem in given(path).problems]
    path.write_text("".join(f"{line}\n" for line in lines) + body, encoding="utf-8")


def write_tasks(path):
    """Write the tasks of a valid example beside it."""
    text = json.dumps(tasks(path), indent=2, ensure_ascii=False)
    path.with_name(f"{name(path)}.tasks.json").write_text(f"{text}\n", encoding="utf-8")


def _line(problem, path):
    number, file, line, column = place(problem, path)
    where = f"{line}:{column}" if file == path.name else f"{file}:{line}:{column}"
    words = problem.hint or problem.message
    if len(words) > _LONGEST_WORDS:
        words = words[:_LONGEST_WORDS].rpartition(" ")[0]
    return f"# {number} {where} {words}"
