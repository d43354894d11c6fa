"""What `render verify` says: every problem, what to do about it, and one line of totals."""

from dataclasses import replace

from render.report.palette import Palette
from render.report.verification import FileProblem, Verification, verification_json, verification_text

MISSING = FileProblem(path="a/a.png", key="a.t01", attempt_id="1", kind="missing", message="there is no such file")
CHANGED = FileProblem(path="b.png", key="b.t01", attempt_id="2", kind="digest", message="its bytes are not those")
BROKEN = FileProblem(path="b.png", key="b.t01", attempt_id="2", kind="container", message="not a whole PNG file")


def told(**found):
    verification = Verification(record="renders/x/state.db", **{"files": 3, "size_bytes": 4_500_000, **found})
    return verification_text(verification, Palette(has_colour=False)).splitlines()


def test_a_sound_folder_is_one_line():
    assert told() == ["renders/x/state.db: 3 files, 4.5 MB; all as recorded"]


def test_a_folder_without_a_record_is_one_line():
    assert told(files=0, size_bytes=0) == ["renders/x/state.db: 0 files, 0 B; nothing is recorded"]


def test_a_file_with_two_problems_counts_once():
    assert told(problems=[MISSING, CHANGED, BROKEN]) == [
        "missing: a/a.png (a.t01): there is no such file",
        "digest: b.png (b.t01): its bytes are not those",
        "container: b.png (b.t01): not a whole PNG file",
        "    hint: move a file that is not as recorded elsewhere; then it is missing",
        "    hint: render fetch brings missing files again, as long as the provider has them, and buys nothing",
        "renders/x/state.db: 3 files, 4.5 MB; 2 not as recorded",
    ]


def test_a_file_that_is_cut_need_not_be_moved():
    cut = [replace(BROKEN, kind="size"), BROKEN]
    assert [line for line in told(problems=cut) if "hint" in line] == [
        "    hint: render fetch brings missing files again, as long as the provider has them, and buys nothing"
    ]


def test_of_many_unknown_files_the_first_ones_are_named():
    lines = told(unknown=[f"{number:02d}.png" for number in range(12)])
    assert lines[9:] == [
        "unknown: 09.png",
        "unknown: and 2 more",
        "renders/x/state.db: 3 files, 4.5 MB; all as recorded; 12 beside them that no record knows",
    ]


def test_the_shape_of_a_verification():
    found = Verification(record="r", files=3, size_bytes=9, problems=[CHANGED, BROKEN], unknown=["x.png"])
    shape = verification_json(found)
    assert list(shape) == ["record", "files", "sound", "size_bytes", "problems", "unknown", "put_aside"]
    assert (shape["files"], shape["sound"], shape["unknown"]) == (3, 2, ["x.png"])
    assert shape["problems"][0] == {
        "path": "b.png",
        "key": "b.t01",
        "attempt_id": "2",
        "kind": "digest",
        "message": "its bytes are not those",
    }


def test_what_a_run_put_aside_is_counted_and_not_named():
    found = {"unknown": ["x.png"], "put_aside": [".earlier/a.01234567.png", ".earlier/b.01234567.png"]}
    (named, totals) = told(**found)
    assert named == "unknown: x.png"
    assert totals.endswith("; all as recorded; 1 beside them that no record knows; 2 put aside in .earlier/")
