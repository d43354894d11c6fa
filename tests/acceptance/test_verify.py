"""`render verify`: what is recorded is read again, and everything that is not as recorded is told."""

import json
import os
import subprocess

import pytest

from tests.acceptance.conftest import RENDER, end, wait_until

STILLS = "stills.yaml"


def verify(render, **options):
    return render.json("verify", STILLS, "--offline", **options)


def found(render):
    return {(problem["path"], problem["kind"]) for problem in verify(render, status=1)["problems"]}


def test_what_is_as_recorded_is_one_line(render, rendered):
    told = render("verify", STILLS, "--offline")
    assert told.stdout.endswith("; all as recorded\n")
    assert len(told.stdout.splitlines()) == 1
    shape = verify(render)
    assert (shape["files"], shape["sound"], shape["problems"], shape["unknown"]) == (2, 2, [], [])
    assert shape["size_bytes"] == sum(file.stat().st_size for file in rendered.rglob("*.webp"))


def test_where_nothing_was_rendered_nothing_is_wrong_and_nothing_is_made(render):
    assert "nothing is recorded" in render("verify", STILLS).stdout
    assert not (render.folder / "renders").exists()


def test_every_way_to_differ_has_its_name(render, rendered):
    lamp, moth = rendered / "lamp" / "lamp_t01.webp", rendered / "moth" / "moth_t01.webp"
    content = bytearray(lamp.read_bytes())
    content[-9] ^= 1
    lamp.write_bytes(content)
    assert found(render) == {("lamp/lamp_t01.webp", "digest")}
    os.truncate(lamp, len(content) - 2)
    moth.unlink()
    assert found(render) == {
        ("lamp/lamp_t01.webp", "size"),
        ("lamp/lamp_t01.webp", "container"),
        ("moth/moth_t01.webp", "missing"),
    }
    moth.symlink_to(lamp)
    assert ("moth/moth_t01.webp", "not-a-file") in found(render)
    told = render("verify", STILLS, "--offline", status=1).stdout
    assert "render fetch brings missing files again" in told
    assert told.endswith("; 2 not as recorded\n")


def test_a_file_that_no_record_knows_is_told_and_is_no_failure(render, rendered):
    (rendered / "lamp" / "notes\n\x1b[2J.txt").write_text("mine", encoding="utf-8")
    assert verify(render)["unknown"] == ["lamp/notes\n\x1b[2J.txt"]
    told = render("verify", STILLS, "--offline").stdout
    assert r"unknown: lamp/notes\n\u001b[2J.txt" in told


def test_a_record_that_cannot_be_used_is_not_verified(render, rendered):
    (rendered / "state.db").write_bytes(b"no record")
    done = render("verify", STILLS, "--offline", "--json", status=4)
    assert done.stdout == ""
    assert "damaged" in done.stderr


def test_files_are_read_while_a_run_is_going_on(render, server):
    clips = render.folder / "clips.yaml"
    shots = "".join(f"  - {{id: s{number:02d}, prompt: Fog {number}}}\n" for number in range(20))
    head = "version: 1\nproject: clips\ndefaults: {model: kandinsky-5-image-lite, width: 640, height: 1408}\nshots:\n"
    clips.write_text(head + shots, encoding="utf-8")
    run = render.start("run", "clips.yaml", "--concurrency", "3", **server.variables)
    output = render.folder / "renders" / "clips"
    wait_until(lambda: len(list(output.glob("s*/*.jpg"))) > 2)

    seen = render.json("verify", "clips.yaml")
    assert run.poll() is None
    end(run)

    assert seen["files"] > 0
    assert seen["problems"] == []
    assert run.returncode == 143


def test_what_is_missing_is_brought_home_and_is_as_recorded_again(render, rendered):
    stills = render.folder / STILLS
    stills.write_text(stills.read_text(encoding="utf-8").replace("seed: 7", "seed: 9"), encoding="utf-8")
    render("run", STILLS, "--offline")
    (earlier,) = (rendered / ".earlier").rglob("*.webp")
    earlier.unlink()
    (rendered / "moth" / "moth_t01.webp").unlink()
    assert {kind for _, kind in found(render)} == {"missing"}

    fetched = render.json("fetch", STILLS, "--offline")

    assert (fetched["saved"], fetched["skipped"]) == (2, 1)
    assert (verify(render)["files"], verify(render)["sound"]) == (3, 3)


def test_a_record_of_other_facts_than_the_headers_tell_is_told(render, rendered):
    exported = render("state", "export", STILLS, "--offline").stdout.splitlines()
    rows = [json.loads(line) for line in exported]
    for row in rows:
        if "artifact" in row:
            row["artifact"]["measured"]["width_px"] = 641
    (render.folder / "other.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    render("state", "import", "other.jsonl", STILLS, "--offline", "--replace")
    assert {kind for _, kind in found(render)} == {"measured"}


def test_what_a_fetch_moved_aside_is_not_unknown(render, rendered):
    os.truncate(rendered / "lamp" / "lamp_t01.webp", 100)
    render("fetch", STILLS, "--offline")
    (aside,) = (rendered / ".earlier").rglob("*.webp")
    seen = verify(render)
    assert (seen["problems"], seen["unknown"]) == ([], [])
    assert seen["put_aside"] == [aside.relative_to(rendered).as_posix()]
    told = render("verify", STILLS, "--offline").stdout
    assert told.endswith("; all as recorded; 1 put aside in .earlier/\n")


@pytest.mark.parametrize("command", [("verify",), ("status",), ("plan",), ("state", "check")])
def test_whoever_only_looks_leaves_no_file_behind(render, rendered, command):
    before = {path: path.stat().st_mtime_ns for path in rendered.rglob("*")}
    render(*command, STILLS, "--offline")
    assert {path: path.stat().st_mtime_ns for path in rendered.rglob("*")} == before


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "koi8-r"])
def test_names_that_are_no_text_leave_a_document_that_is_utf_8(render, rendered, encoding):
    names = [b"half\xff.txt", b"surrogate\xed\xa0\x80.txt", "\u0444\u00e9.txt".encode()]
    for name in names:
        (rendered / os.fsdecode(name)).touch()
    variables = {**render.environment, "PYTHONIOENCODING": encoding}
    command = [*RENDER, "verify", STILLS, "--offline"]
    for arguments in (command, [*command, "--json"]):
        done = subprocess.run(arguments, cwd=render.folder, env=variables, capture_output=True, check=True, timeout=60)
        assert done.stderr == b""
    shape = json.loads(done.stdout.decode("utf-8", "strict"))
    assert sorted(map(os.fsencode, shape["unknown"])) == sorted(names)
