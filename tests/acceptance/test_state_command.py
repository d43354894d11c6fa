"""`render state`: what it says of a record, and the way from a damaged one to a sound one."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from render.errors import UsageError
from render.store.export_file import require_export_file

STILLS = "stills.yaml"


@pytest.fixture
def record(rendered):
    """The record of two stills that were rendered, for nothing."""
    return rendered / "state.db"


def state(render, what, *arguments, **options):
    return render("state", what, *arguments, "--offline", **options)


def alter(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def plan(render, **options):
    return render.json("plan", STILLS, "--offline", **options)["tasks"]


def test_a_sound_record_has_no_findings(render, record):
    found = json.loads(state(render, "check", STILLS, "--json").stdout)
    assert (found["attempts"], found["artifacts"], found["findings"]) == (2, 2, [])
    assert "nothing is wrong" in state(render, "check", STILLS).stdout


def test_where_nothing_was_rendered_there_is_nothing_to_find(render):
    assert state(render, "check", STILLS).stdout.endswith("0 attempts, 0 files; nothing is wrong\n")


def test_a_missing_file_is_told_and_is_no_damage(render, record):
    (record.parent / "lamp" / "lamp_t01.webp").unlink()
    done = state(render, "check", STILLS, status=1)
    assert "missing-file: lamp/lamp_t01.webp" in done.stdout


def test_every_changed_row_is_named_by_itself(render, record):
    alter(record, "UPDATE attempts SET cost_usd = 100 WHERE born = 1")
    alter(record, "UPDATE artifacts SET path = 'x.webp' WHERE rowid = 2")
    done = state(render, "check", STILLS, status=4)
    assert "attempts, row 1: it is not as it was written" in done.stdout
    assert "artifacts, row 2: it is not as it was written" in done.stdout
    for command in ("plan", "status", "run"):
        assert "is damaged" in render(command, STILLS, "--offline", status=4).stderr


def test_a_record_survives_its_export_and_import(render, record):
    before = plan(render)
    state(render, "export", STILLS, "-o", "kept.jsonl")
    kept = render.folder / "kept.jsonl"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [next(iter(json.loads(line))) for line in kept.read_text().splitlines()] == [
        "record", "attempt", "attempt", "artifact", "artifact", "end",
    ]  # fmt: skip
    record.write_bytes(b"\xef\xbb\xbf" + record.read_bytes())
    assert render("plan", STILLS, "--offline", status=4).stdout == ""

    done = state(render, "import", "kept.jsonl", STILLS)

    assert "state.db.damaged-1" in done.stderr
    assert plan(render) == before
    assert {task["action"] for task in before} == {"skip"}
    assert state(render, "export", STILLS).stdout.splitlines()[1:-1] == kept.read_text().splitlines()[1:-1]
    assert render.json("run", STILLS, "--offline")["requests"] == 0


def test_what_can_still_be_read_is_exported_and_the_rest_is_named(render, record):
    alter(record, "UPDATE attempts SET seed = '8' WHERE born = 1")
    done = state(render, "export", STILLS, status=4)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [next(iter(line)) for line in lines] == ["record", "attempt", "artifact", "end"]
    assert "not exported: attempts, row 1: " in done.stderr
    assert "not exported: the file lamp/lamp_t01.webp: " in done.stderr

    (render.folder / "part.jsonl").write_text(done.stdout)
    imported = state(render, "import", "part.jsonl", STILLS)

    assert "is not known to the record" in imported.stderr
    assert [task["action"] for task in plan(render)] == ["submit", "skip"]


def test_a_sound_record_gives_way_only_when_told_to(render, record):
    state(render, "export", STILLS, "-o", "kept.jsonl")
    refused = state(render, "import", "kept.jsonl", STILLS, status=4)
    assert "is sound, so it stays" in refused.stderr
    assert "--replace" in refused.stderr
    assert not list(record.parent.glob("*.damaged-*"))
    state(render, "import", "kept.jsonl", STILLS, "--replace")
    assert len(list(record.parent.glob("*.damaged-1"))) == 1
    assert {task["action"] for task in plan(render)} == {"skip"}


def test_all_that_is_wrong_with_an_export_is_told_with_its_line(render, record):
    lines = state(render, "export", STILLS).stdout.splitlines()
    attempt, files = json.loads(lines[1]), [json.loads(line) for line in lines[3:5]]
    # files stand in the order in which they came
    files.sort(key=lambda file: file["artifact"]["attempt_id"] != attempt["attempt"]["id"])
    artifact, other = files
    attempt["attempt"] |= {"status": "cooked", "take": "1", "colour": "red"}
    del attempt["attempt"]["model"]
    artifact["artifact"]["path"] = "../outside.webp"
    broken = [lines[0], json.dumps(attempt), lines[2], lines[2], "{", json.dumps(artifact), json.dumps(other), lines[5]]
    (render.folder / "broken.jsonl").write_text("\n".join(broken))
    record.unlink()

    done = state(render, "import", "broken.jsonl", STILLS, status=2)

    for said in ("`colour` is not known", "`model` is missing", "`status` must be one of prepared, ", "`take` must be"):
        assert said in next(line for line in done.stderr.splitlines() if line.startswith("broken.jsonl:2:"))
    assert {line.split(":")[1] for line in done.stderr.splitlines() if line.startswith("broken.jsonl:")} == set("2456")
    assert not record.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "there is no record in it"), ('{"attempt": {}}', "the first line must be"), ("[]", "one of record, attempt")],
)
def test_what_is_no_export_is_refused(render, content, said):
    (render.folder / "other.jsonl").write_text(content)
    assert said in state(render, "import", "other.jsonl", STILLS, status=2).stderr


def test_the_record_of_another_project_is_not_taken(render, record):
    lines = state(render, "export", STILLS).stdout.replace('"project": "stills"', '"project": "other"')
    (render.folder / "other.jsonl").write_text(lines)
    done = state(render, "import", "other.jsonl", STILLS, "--replace", status=2)
    assert "other.jsonl:1:1: error[R048]: it is the offline record of project 'other'" in done.stderr


@pytest.mark.parametrize("name", ["check", "export", "import"])
def test_each_explains_itself(render, name):
    assert f"state {name}" in render("state", name, "--help").stdout


def test_an_export_that_was_cut_is_refused_and_what_is_missing_is_named(render, record):
    lines = state(render, "export", STILLS).stdout.splitlines()
    for kept, said in (
        (lines[:-1], 'the closing line {"end": …} is missing'),
        ([*lines[:3], lines[-1]], "2 artifacts are missing"),
        ([*lines, lines[1]], "nothing may follow the closing line"),
    ):
        (render.folder / "cut.jsonl").write_text("\n".join(kept))
        assert said in state(render, "import", "cut.jsonl", STILLS, "--replace", "--forget-newer", status=2).stderr
    assert {task["action"] for task in plan(render)} == {"skip"}


@pytest.mark.parametrize("has_lock", [True, False])
def test_an_export_that_is_older_than_the_record_is_imported_only_when_told_twice(render, record, has_lock):
    state(render, "export", STILLS, "-o", "old.jsonl")
    manifest = render.folder / STILLS
    manifest.write_text(manifest.read_text() + "  - {id: wick, prompt: A wick, seed: 9}\n")
    render("run", STILLS, "--offline")
    if not has_lock:
        record.with_name("state.lock").unlink()
    for flags in ([], ["--replace"], ["--forget-newer"]):
        refused = state(render, "import", "old.jsonl", STILLS, *flags, status=4).stderr
        assert "writes would be forgotten" in refused
        assert "--replace --forget-newer" in refused
    assert {task["action"] for task in plan(render)} == {"skip"}
    state(render, "import", "old.jsonl", STILLS, "--replace", "--forget-newer")
    assert [task["action"] for task in plan(render)] == ["skip", "skip", "submit"]


def test_an_export_replaces_an_earlier_export_and_nothing_else(render, record):
    (render.folder / "notes.txt").write_text("mine")
    (render.folder / "link").symlink_to("notes.txt")
    for name, said in (
        ("notes.txt", "is no export"),
        ("link", "not a regular file"),
        (STILLS, "is no export"),
        (record, "is inside"),
        (record.parent / "new.jsonl", "is inside"),
    ):
        assert said in state(render, "export", STILLS, "-o", name, status=2).stderr
    assert (render.folder / "notes.txt").read_text() == "mine"
    assert not (record.parent / "new.jsonl").exists()
    for _ in range(2):
        written = state(render, "export", STILLS, "-o", "kept.jsonl").stderr
    assert written.startswith("2 attempts and 2 files written to kept.jsonl\n")
    state(render, "export", STILLS, "-o", "/dev/null")
    assert Path("/dev/null").is_char_device()
    assert state(render, "export", STILLS, "-o", "-").stdout == (render.folder / "kept.jsonl").read_text()


def test_an_export_is_never_written_over_a_disk(tmp_path):
    disks = (path for path in Path("/dev").iterdir() if path.is_block_device())
    disk = next(disks, None)
    if disk is None:
        pytest.skip("there is no disk in /dev")
    with pytest.raises(UsageError, match="not a regular file"):
        # looks and writes nothing, whatever it finds
        require_export_file(disk, folder=tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ('"cost_usd": -1', "`cost_usd` must be an amount"),
        ('"cost_usd": 1e999', "`cost_usd` must be a number"),
        ('"ceiling_usd": 10001', "`ceiling_usd` must be an amount"),
        (f'"ceiling_usd": 1{"0" * 400}', "`ceiling_usd` must be a number"),
        ('"provider": "two words"', "`provider` must be a word"),
        ('"request": []', "`request` must be an object"),
        ('"request": {}', "`request` must have the text `taskType`"),
    ],
)
def test_a_row_that_cannot_have_happened_is_refused_with_its_line(render, record, changes, said):
    lines = state(render, "export", STILLS).stdout.splitlines()
    # the last of two members with one name counts
    lines[1] = f"{lines[1][:-2]}, {changes}}}}}"
    (render.folder / "odd.jsonl").write_text("\n".join(lines))
    done = state(render, "import", "odd.jsonl", STILLS, "--replace", status=2)
    assert said in next(line for line in done.stderr.splitlines() if line.startswith("odd.jsonl:2:"))
