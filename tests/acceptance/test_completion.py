"""What a shell offers while somebody types: real shells, with the script that `render completion` prints."""

import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILM = """\
version: 1
project: film
vars: {place: a marsh}
defaults: {model: kandinsky-5-lite, prompt: "A train in ${place}", width: 768, height: 512, duration: 5}
shots:
  - {id: sq010_sh010, tags: [hero, night], takes: 2}
  - {id: sq010_sh020, tags: [wip], vars: {light: dusk}, prompt: "${place} at ${light}"}
  - {id: poster, model: kandinsky-5-image-lite, width: 1280}
  - {id: kept, enabled: false, tags: [later]}
  - {id: plate, matrix: {seed: [1, 2]}}
"""
SHOTS = ["sq010_sh010", "sq010_sh020", "poster", "plate.seed-1", "plate.seed-2"]


@pytest.fixture
def shell(render, tmp_path):
    """A folder with one manifest, and `render` on the path."""
    shutil.rmtree(render.folder / "manifests")
    (render.folder / "film.shots.yaml").write_text(FILM, encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "render").symlink_to(Path(sys.executable).with_name("render"))
    render.environment["PATH"] = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    for name in ("bash", "zsh", "fish"):
        (tmp_path / f"completion.{name}").write_text(render("completion", name).stdout, encoding="utf-8")
    return render


@pytest.fixture
def offered(shell, tmp_path):
    """Ask bash as readline would: the line cut into words at blanks, `=`, `:` and `@`."""

    def ask(line):
        words = line.replace("=", " = ").replace("@", " @ ").split(" ")
        words = [word for word in words[:-1] if word] + words[-1:]
        if line.endswith(("=", "@")):
            words.pop()
        script = f"""
            source {tmp_path}/completion.bash
            compopt() {{ echo "compopt $1 $2"; }}
            COMP_WORDS=({" ".join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
            _render_completion render && printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            ["bash", "--norc", "--noprofile", "-c", script],
            cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        return [word for word in done.stdout.splitlines() if word]

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("render pl", ["plan"]),
        ("render plan --only ", SHOTS),
        ("render plan --only sq010", SHOTS[:2]),
        ("render run --only sq010_sh010", ["sq010_sh010", "sq010_sh010.t01", "sq010_sh010.t02"]),
        ("render run --tag poster --only sq010_sh020.", ["sq010_sh020.t01"]),
        ("render status --tag ", ["hero", "night", "wip"]),
        ("render fetch --not-tag n", ["night"]),
        ("render verify --provider ", ["runware"]),
        ("render plan --model kandinsky-5-i", ["kandinsky-5-image-lite"]),
        ("render plan --model=kandinsky-5-i", ["kandinsky-5-image-lite"]),
        ("render plan --model=runware:210@", ["1"]),
        ("render plan film.shots.yaml --set ste", ["compopt -o nospace", "steps="]),
        ("render plan --set width=6", ["608", "624", "640", "672", "640"]),
        ("render plan --set width=", None),
        ("render run --var li", ["compopt -o nospace", "light="]),
        ("render run --assume-price kandinsky-5-l", ["compopt -o nospace", "kandinsky-5-lite="]),
        ("render resolve post", ["poster", "poster.t01"]),
        ("render models kandinsky-5-d", ["kandinsky-5-distill"]),
        ("render models imp", ["import"]),
        ("render models show kandinsky-5-d", ["kandinsky-5-distill"]),
        ("render models import --fo", ["--force"]),
        ("render completion z", ["zsh"]),
        ("render plan --only nobody", []),
        ("render plan ", ["compopt -o default"]),
    ],
)
def test_bash_offers_what_can_be_typed_next(offered, line, words):
    found = offered(line)
    assert sorted(set(found)) == sorted(set(words)) if words is not None else {"512", "1280"} <= set(found)


BROKEN = {
    "a mistake": FILM.replace("width: 768", "widht: 768"),
    "not YAML": FILM + "  - {id: open, tags: [late\n\tx: ]",
    "no model that is known": FILM.replace("kandinsky-5-lite", "nothing-like-this"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_of_a_broken_manifest_what_can_be_read_is_offered_in_silence(offered, shell, what):
    (shell.folder / "film.shots.yaml").write_text(BROKEN[what], encoding="utf-8")
    assert {"sq010_sh010", "sq010_sh020"} <= set(offered("render plan --only sq"))


def test_where_there_is_no_manifest_the_catalog_is_offered_and_nothing_is_said(offered, shell):
    (shell.folder / "film.shots.yaml").unlink()
    os.mkfifo(shell.folder / "film.shots.yaml")
    assert offered("render plan --only ") == []
    assert "kandinsky-5-distill" in offered("render plan --model kand")
    assert not (shell.folder / "renders").exists()


def test_a_name_that_a_shell_would_read_otherwise_is_not_offered(offered, shell):
    tags = "tags: [hero, $(touch-me), 'a b', \"`x`\"]"
    (shell.folder / "film.shots.yaml").write_text(FILM.replace("tags: [hero, night]", tags), encoding="utf-8")
    assert offered("render plan --tag ") == ["hero", "wip"]


def test_an_interactive_bash_completes_what_is_typed(shell, tmp_path):
    main, other = pty.openpty()
    started = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        cwd=shell.folder, env={**shell.environment, "PS1": "$ "}, stdin=other, stdout=other, stderr=other,
        start_new_session=True,
    )  # fmt: skip
    os.close(other)
    try:
        line = "render plan --only pos\t --set ste\t12 --tag=he\t --set width=51\t "
        typed = f"source {tmp_path}/completion.bash\n{line}"
        os.write(main, typed.encode())
        seen = _until(main, b"width=512 ")
        assert b"render plan --only poster --set steps=12 --tag=hero  --set width=512 " in seen.replace(b"\x07", b"")
    finally:
        started.kill()
        started.wait()
        os.close(main)


def _until(terminal, wanted, most=600):
    seen = b""
    for _ in range(most):
        ready, _, _ = select.select([terminal], [], [], 0.1)
        seen += os.read(terminal, 4096) if ready else b""
        if wanted in seen:
            break
    return seen


def test_what_zsh_and_fish_source_asks_for_the_same_words(shell, tmp_path):
    asked = {"zsh": ("3", "plain\nposter\n_"), "fish": ("pos", "plain,poster")}
    for name, (word, answer) in asked.items():
        script = (tmp_path / f"completion.{name}").read_text(encoding="utf-8")
        assert f"_RENDER_COMPLETE={name}_complete" in script
        variables = {"COMP_WORDS": "render plan --only pos", "COMP_CWORD": word}
        done = subprocess.run(
            ["render"], cwd=shell.folder, capture_output=True, text=True, check=True, timeout=60,
            env={**shell.environment, **variables, "_RENDER_COMPLETE": f"{name}_complete"},
        )  # fmt: skip
        assert done.stdout.startswith(answer)
        assert done.stderr == ""


@pytest.mark.shells
def test_zsh_takes_the_script(shell, tmp_path):
    check = f"autoload -U compinit && compinit -u -d {tmp_path}/dump && source {tmp_path}/completion.zsh"
    done = subprocess.run(
        ["zsh", "-f", "-c", f"{check} && print $_comps[render]"],
        cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "_render_completion\n"


@pytest.mark.shells
def test_fish_offers_what_can_be_typed_next(shell, tmp_path):
    ask = f"source {tmp_path}/completion.fish; complete -C 'render plan --only pos'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", ask],
        cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert "poster" in done.stdout.split()


def test_lanes_of_ones_own_are_offered_beside_the_providers(shell, offered):
    lanes = "providers: {studio: {kind: runware}}"
    shots = "shots: [{id: fox, model: studio/kandinsky-5-image-lite, prompt: A fox}]"
    text = f"version: 1\nproject: film\n{lanes}\n{shots}\n"
    (shell.folder / "film.shots.yaml").write_text(text, encoding="utf-8")
    assert offered("render plan --provider ") == ["studio", "runware"]
