"""A model is added from its provider's page in one command, and rendered with."""

import io
from pathlib import Path

import pytest

from render.cli import run

PAGES = Path(__file__).parents[1] / "catalog" / "pages"
LOOPS = """\
version: 1
project: loops
shots:
  - id: beach
    model: ember-loop-1
    prompt: A fire on a beach
    width: 640
    height: 384
    duration: 2
    output_format: MP4
    takes: 2
"""
VOICES = """\
version: 1
project: voices
defaults: {model: harbour-voice, duration: 2.5, fps: 25}
shots:
  - id: song
    prompt: A song over the harbour
    inputs: {audio: https://example.com/song.mp3, frame_images: [{image: https://example.com/quay.png, frame: last}]}
    speech: {text: Good evening}
    provider_settings: {harbour: {lipSync: false}}
  - id: hush
    inputs: {frame_images: []}
    speech: {voice: Cay, text: Hush}
"""


def imported(render, name, *options, status=0):
    return render("models", "import", PAGES / name, *options, status=status)


def test_a_model_is_imported_from_its_page_and_rendered_with(render):
    done = imported(render, "ember-loop.txt")
    assert "models/ember-loop-1.yaml: written; shots take it with `model: ember-loop-1`" in done.stderr
    assert "the page does not say: duration: which 3 values are allowed" in done.stderr
    assert done.stdout == ""
    (render.folder / "loops.shots.yaml").write_text(LOOPS, encoding="utf-8")
    assert "in order" in render("validate", "loops.shots.yaml", "--strict").stderr
    assert render.json("plan", "loops.shots.yaml", "--offline")["totals"] == {"submit": 2}
    assert render.json("run", "loops.shots.yaml", "--offline")["saved"] == 2
    assert (render.folder / "renders-offline/loops/beach/beach_t02.mp4").is_file()
    assert "Ember Loop" in render("models", "ember-loop-1").stdout
    assert "144" in render("models", "show", "emberly:loop@1", "--json").stdout


def test_what_the_page_bounds_is_checked_in_manifests(render):
    imported(render, "harbour-voice.md")
    (render.folder / "voices.shots.yaml").write_text(VOICES, encoding="utf-8")
    said = render("validate", "voices.shots.yaml", status=2).stdout
    for line in (
        "11:13: error[R016]: `audio` is missing in `inputs`",
        "11:28: error[R014]: `frame_images`: a list of 0 is too short",
        "12:21: error[R011]: `voice`: `Cay` is not one of the 2 allowed values",
    ):
        assert f"voices.shots.yaml:{line}" in said
    assert said.count("error[") == 3


def test_a_file_is_never_written_over_without_being_told(render):
    imported(render, "tide-steps.md")
    file = render.folder / "models" / "tide-steps.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("max: 60", "max: 70"), encoding="utf-8")
    assert "is there already" in imported(render, "tide-steps.md", status=2).stderr
    assert "max: 70" in file.read_text(encoding="utf-8")
    imported(render, "tide-steps.md", "--force")
    assert "max: 60" in file.read_text(encoding="utf-8")
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_spec_goes_to_a_file_or_to_stdout(render):
    text = imported(render, "glass-choir.txt", "--output", "-").stdout
    assert text.startswith("# the page does not say: ")
    assert not (render.folder / "models").exists()
    imported(render, "glass-choir.txt", "-o", "film/models/choir.yaml")
    assert (render.folder / "film/models/choir.yaml").read_text(encoding="utf-8") == text


def test_a_model_has_one_spec(render):
    imported(render, "glass-choir.txt", "-o", "models/choir.yaml")
    done = imported(render, "glass-choir.txt", status=2)
    assert "`choir:glass@7` has a spec already, in models/choir.yaml" in done.stderr
    assert "--output models/choir.yaml --force" in done.stderr
    imported(render, "glass-choir.txt", "--output", "models/choir.yaml", "--force")


def test_a_known_model_may_be_imported_and_takes_the_place_of_ours(render):
    done = imported(render, "kandinsky-5-image-lite.md")
    assert "takes the place of the spec that comes with renderline" in done.stderr
    assert "does not say" not in done.stderr
    assert render.json("plan", "stills.yaml", "--offline")["totals"] == {"submit": 2}


def test_what_was_not_understood_is_told(render):
    text = (PAGES / "tide-steps.md").read_text(encoding="utf-8").replace("- **Default**: `24`", "- **Mood**: `late`")
    (render.folder / "tide.md").write_text(text, encoding="utf-8")
    done = render("models", "import", "tide.md")
    line = text.splitlines().index("- **Mood**: `late`") + 1
    assert f"not understood: line {line}: - **Mood**: `late`" in done.stderr
    assert f"# line {line} of the page was not understood" in (render.folder / "models/tide-steps.yaml").read_text()


def test_a_page_that_contradicts_itself_is_refused(render):
    text = (PAGES / "tide-steps.md").read_text(encoding="utf-8").replace("- **Default**: `24`", "- **Default**: `99`")
    (render.folder / "tide.md").write_text(text, encoding="utf-8")
    done = render("models", "import", "tide.md", status=2)
    assert "`default`: 99 is above the greatest value, 60" in done.stderr
    assert not (render.folder / "models").exists()


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 2, "no page about a model"),
        (b"# A page\n\nabout something\n", 2, "looked for: a section `## Request Parameters`"),
        (b"## Request Parameters\xff\n", 2, "not UTF-8"),
        (b"\xff\xfe#\x00", 2, "UTF-16"),
        (b"## Request Parameters\n\x1b[2J\n", 2, "U+001B"),
        (b"## Request Parameters\n\xe2\x80\xae\n", 2, "U+202E"),
        (b"a" * 20_000, 2, "line 1 has 20,000 characters"),
        (b"-\na\nstring -\n" * 20_000, 2, "parameters; 200 are read at most"),
        (b"{" * 9000 + b"\n-\ntaskType\nstring value: imageInference -\n" + b"{\n" * 90_000, 2, "which model"),
        (b"-\n" * 200_000, 3, "larger than 256 KiB"),
    ],
)
def test_a_page_that_cannot_be_read_ends_in_one_clear_error(render, content, status, said):
    (render.folder / "page.txt").write_bytes(content)
    done = render("models", "import", "page.txt", status=status)
    shown = done.stdout + done.stderr
    assert said in shown
    assert not (render.folder / "models").exists()


@pytest.mark.parametrize("page", ["/dev/zero", "nowhere.md", "manifests"])
def test_what_is_no_file_is_told_and_never_waited_for(render, page):
    done = render("models", "import", page, status=None)
    assert done.returncode in {2, 3}
    assert page in done.stderr


def test_a_page_may_come_from_stdin(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    content = (PAGES / "tide-steps.md").read_bytes().replace(b"\n", b"\r\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run(["models", "import", "-", "--output", "-"]) == 0
    assert "id: tide:9@3" in capsys.readouterr().out


def test_a_word_behind_models_is_a_command_or_a_model(render):
    assert render("models").stdout == render("models", "show").stdout
    assert render("models", "kandinsky-5-lite").stdout == render("models", "show", "kandinsky-5-lite").stdout
    assert "did you mean" in render("models", "kandinsky-5-lit", status=2).stderr
