"""Inputs of shots: found like every named file, known by what they hold, digested once, and spoken for by that."""

import hashlib
import os
from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.expand import expand
from render.manifest import input_files
from render.manifest.load import check_manifest
from render.manifest.reading import AS_WRITTEN, Reading
from tests.containers.samples import whole

CATALOG = load_catalog()
HEAD = 'version: 1\nproject: p\ndefaults: {model: "klingai:3@2", prompt: a fox, duration: 5}\n'
PNG, MP4, WAV = whole("png"), whole("mp4"), b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "work" / "plates"
    folder.mkdir(parents=True)
    (folder / "quay.png").write_bytes(PNG)
    (folder / "fog.mp4").write_bytes(MP4)
    (folder / "bell.wav").write_bytes(WAV)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def write(*rows, head=HEAD, name="film.shots.yaml"):
    text = "".join(f"  - {{id: s{at}, {row}}}\n" for at, row in enumerate(rows))
    Path(name).write_text(f"{head}shots:\n{text}", encoding="utf-8")
    return Path(name).absolute()


def told(*rows, reading=AS_WRITTEN, head=HEAD):
    problems = check_manifest(write(*rows, head=head), CATALOG, reading).problems
    return [(one.line, one.column, one.rule) for one in problems if one.rule != "general-rules"]


def checked(*rows, head=HEAD):
    found = check_manifest(write(*rows, head=head), CATALOG)
    assert found.manifest is not None, found.problems
    return found.manifest


def params_of(manifest):
    return [task.params for task in expand(manifest, CATALOG.find)]


def data_of(name, content, kind):
    return {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "kind": kind}


def test_what_stands_for_a_file_is_its_name_digest_size_and_kind(here):
    manifest = checked(
        "frame_images: [{image: plates/quay.png, frame: first}]",
        "reference_videos: [plates/fog.mp4], input_audios: [plates/bell.wav]",
    )
    first, second = params_of(manifest)
    assert first["frame_images"] == [{"image": data_of("plates/quay.png", PNG, "image/png"), "frame": "first"}]
    assert second["reference_videos"] == [data_of("plates/fog.mp4", MP4, "video/mp4")]
    assert second["input_audios"] == [data_of("plates/bell.wav", WAV, "audio/wav")]
    assert {file.path for file in manifest.inputs} == {
        str(here / "plates" / name) for name in ("quay.png", "fog.mp4", "bell.wav")
    }


def test_addresses_and_ids_are_taken_as_they_are():
    values = ["https://example.com/a.png?x=${y}", "0f6d3c2e-6f6a-4a5e-9b57-3d9a8f1c2b3d"]
    (params,) = params_of(checked(f"vars: {{y: z}}, reference_images: {values!r}"))
    assert params["reference_images"] == ["https://example.com/a.png?x=z", values[1]]


def test_a_file_that_many_shots_name_is_read_once(monkeypatch):
    read = []
    once = input_files.read_input
    monkeypatch.setattr(input_files, "read_input", lambda path, name: read.append(name) or once(path, name))
    rows = ["reference_images: [plates/quay.png, plates/../plates/quay.png]"] * 50
    manifest = checked(*rows)
    assert read == ["plates/quay.png"]
    assert len(manifest.inputs) == 1


def test_a_path_may_hold_variables_and_stand_in_an_axis():
    manifest = checked(
        "vars: {which: quay}, frame_images: [{image: 'plates/${which}.png'}]",
        "matrix: {reference_images: [[plates/quay.png], []]}",
        "vars: {}, matrix: {seed: [1, 2]}, reference_images: [plates/quay.png]",
    )
    files = [[each.get("file") for each in params.get("reference_images", ())] for params in params_of(manifest)]
    assert files == [[], ["plates/quay.png"], [], ["plates/quay.png"], ["plates/quay.png"]]
    assert params_of(manifest)[0]["frame_images"][0]["image"]["file"] == "plates/quay.png"


def test_a_name_that_looks_like_a_variable_is_a_name():
    Path("plates/${x}.png").write_bytes(PNG)
    (params,) = params_of(checked("reference_images: ['plates/$${x}.png']"))
    assert params["reference_images"][0]["file"] == "plates/${x}.png"


def test_a_path_begins_at_the_file_that_names_it():
    Path("parts").mkdir()
    Path("parts/moth.png").write_bytes(whole("jpeg"))
    Path("parts/part.shots.yaml").write_text("version: 1\nshots: [{id: moth, reference_images: [moth.png]}]\n")
    head = f"{HEAD.rstrip()[:-1]}, frame_images: [{{image: plates/quay.png}}]}}\ninclude: [parts/part.shots.yaml]\n"
    manifest = checked("seed: 5", head=head)
    assert {file.name for file in manifest.inputs} == {"moth.png", "plates/quay.png"}
    assert all(params["frame_images"][0]["image"]["file"] == "plates/quay.png" for params in params_of(manifest))


def test_what_the_command_line_names_begins_at_the_manifest():
    path = write("seed: 5")
    reading = Reading(assignments=("reference_images=[plates/quay.png]",))
    manifest = check_manifest(path, CATALOG, reading).manifest
    assert [file.name for file in manifest.inputs] == ["plates/quay.png"]


def test_the_name_of_a_file_says_nothing_of_what_it_is():
    Path("plates/quay.txt").write_bytes(PNG)
    Path("plates/fake.png").write_bytes(MP4)
    assert told("reference_images: [plates/quay.txt]", "reference_images: [plates/fake.png]") == [(6, 33, "input")]


@pytest.mark.parametrize("cut", [1, 30, 12, 11, 1000])
def test_half_a_picture_is_none(cut):
    Path("plates/half.png").write_bytes(PNG[:-cut])
    assert told("reference_images: [plates/half.png]") == [(5, 33, "input")]


def test_a_kind_that_the_model_does_not_take_is_refused_where_it_stands():
    Path("plates/bell.ogg").write_bytes(b"OggS" + bytes(100))
    rows = ("frame_images: [{image: plates/fog.mp4}]", "input_audios: [plates/bell.wav, plates/bell.ogg]")
    assert told(*rows) == [(5, 37, "input"), (6, 46, "input")]


def link_out(path):
    Path("../secret.png").write_bytes(PNG)
    path.symlink_to("../../secret.png")


def a_great_hole(path):
    with path.open("wb") as file:
        file.truncate(3 * 2**30)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (os.mkfifo, "missing-file"),
        (Path.mkdir, "missing-file"),
        (lambda path: path.symlink_to("/dev/zero"), "outside-folder"),
        (link_out, "outside-folder"),
        (lambda path: path.symlink_to("nowhere.png"), "missing-file"),
        (lambda path: path.symlink_to(path.name), "missing-file"),
        (a_great_hole, "input"),
        (Path.touch, "input"),
        (lambda path: path.write_bytes(b"\x00" * 5000), "input"),
    ],
    ids=["pipe", "folder", "device", "link out", "link to nowhere", "link to itself", "hole", "empty", "zeros"],
)
def test_what_is_no_input_is_refused_at_once(make, rule):
    path = Path("plates/odd.png")
    make(path)
    found = told("frame_images: [{image: plates/odd.png}]")
    if path.is_file():
        # what tests leave is read to its end, and this one has three thousand million bytes
        path.unlink()
    assert found == [(5, 37, rule)]


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/null", "/proc/self/mem"])
def test_a_device_is_no_input_even_where_files_outside_are_allowed(target):
    reading = Reading(allows_outside=True)
    problems = told(f"frame_images: [{{image: {target}}}]", reading=reading)
    assert [(line, column) for line, column, _ in problems] == [(5, 37)]


def test_a_file_outside_is_taken_where_that_is_allowed(here):
    (here.parent / "moth.png").write_bytes(PNG)
    row = "frame_images: [{image: ../moth.png}]"
    assert told(row) == [(5, 37, "outside-folder")]
    assert told(row, reading=Reading(allows_outside=True)) == []


@pytest.mark.parametrize("name", ["x" * 300, "/".join(["x" * 100] * 60)])
def test_a_name_that_no_file_can_have_is_told(name):
    assert told(f"frame_images: [{{image: {name}}}]") == [(5, 37, "missing-file")]


def test_a_bound_of_the_model_holds_beside_ours(monkeypatch):
    monkeypatch.setattr(input_files, "MAX_BYTES", len(PNG) - 1)
    assert told("reference_images: [plates/quay.png]") == [(5, 33, "input")]


def test_a_mistake_that_many_shots_share_is_told_once():
    head = f"{HEAD.rstrip()[:-1]}, reference_images: [plates/bell.wav]}}\n"
    assert told("seed: 1", "seed: 2", "seed: 3", head=head) == [(3, 81, "input")]
