import fcntl
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.manifest.load import check_manifest

ROOT = Path(__file__).parents[2]
MEBIBYTE = 2**20
MOST_MEMORY = 200 * MEBIBYTE
#: for all of them together; each is to take less than one
MOST_CPU_S = 100

HEAD = "version: 1\nproject: p\n"
LITE = "defaults: {model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}\n"
TOP = HEAD + LITE
DEEP = 100_000


def shot(rest):
    return f"{TOP}shots:\n  - id: a\n{rest}"


def laughs(opened, closed):
    """Nine of nine of nine …: each anchor holds the one before it nine times."""
    rows = [f"  a0: &a0 {opened}{', '.join(f'k{n}: x' if opened == '{' else 'x' for n in range(9))}{closed}\n"]
    for level in range(1, 10):
        inner = (f"k{n}: *a{level - 1}" if opened == "{" else f"*a{level - 1}" for n in range(9))
        rows.append(f"  a{level}: &a{level} {opened}{', '.join(inner)}{closed}\n")
    return f"{TOP}vars:\n{''.join(rows)}shots: []\n"


def laughs_on_lines():
    """Each line holds little, with anchors of its own; all lines together hold too much."""
    inner = "".join(f", b{level}: &b{level} [{', '.join([f'*b{level - 1}'] * 10)}]" for level in range(1, 4))
    line = f"{{b0: &b0 [{', '.join('x' * 10)}]{inner}}}"
    return f"{TOP}shots:\n" + "".join(f"  - {{id: s{n}, vars: {line}}}\n" for n in range(300))


#: by name: what is in the file, and the rule it breaks; text is saved as UTF-8
TEXTS = {
    "laughs": (laughs("[", "]"), "yaml-alias"),
    "laughs-on-lines": (laughs_on_lines(), "yaml-alias"),
    "laughs-of-mappings": (laughs("{", "}"), "yaml-alias"),
    "aliases-side-by-side": (
        TOP + "x: &a [" + "1, " * 999 + "1]\nshots: [{id: a, lora: [" + "*a, " * 900 + "]}]\n",
        "unknown-key",
    ),
    "alias-of-itself": (TOP + "shots: &a [*a]\n", "yaml-alias"),
    "alias-without-anchor": (TOP + "shots: *a\n", "yaml-alias"),
    "deep-lists": (HEAD + "vars: " + "[" * DEEP, "yaml-depth"),
    "deep-mappings": (HEAD + "vars: " + "{a: " * DEEP, "yaml-depth"),
    "deep-items": (HEAD + "vars:\n  " + "- " * DEEP, "yaml-depth"),
    "deep-keys": (HEAD + "vars:\n  " + "? " * DEEP, "yaml-key"),
    "deep-by-indentation": (HEAD + "".join(f"{' ' * at}a:\n" for at in range(500)), "yaml-depth"),
    "deep-by-aliases": (
        TOP + "vars:\n  a0: &a0 [x]\n" + "".join(f"  a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60)),
        "yaml-depth",
    ),
    "digits-5000": (shot(f"    seed: {'9' * 5000}\n"), "yaml-trap"),
    "digits-5000-negative": (shot(f"    seed: -{'9' * 5000}\n"), "yaml-trap"),
    "digits-5000-as-a-decimal": (shot(f"    cfg_scale: 1.{'9' * 5000}\n"), "yaml-trap"),
    "digits-400": (shot(f"    seed: {'9' * 400}\n"), "range"),
    "exponent-9999": (shot("    cfg_scale: 1e9999\n"), "yaml-trap"),
    "zeros-5000": (shot(f"    seed: {'0' * 5000}\n"), "yaml-trap"),
    "utf-16": (shot("    title: é\n").encode("utf-16"), "encoding"),
    "utf-16-be": (b"\xfe\xff" + shot("").encode("utf-16-be"), "encoding"),
    "utf-16-unmarked": (shot("").encode("utf-16-le"), "character"),
    "utf-32": (shot("").encode("utf-32"), "encoding"),
    "latin-1": (shot("    title: café\n").encode("latin-1"), "encoding"),
    "cp1251": (shot("    title: поезд\n").encode("cp1251"), "encoding"),
    "overlong": (shot("    title: ").encode() + b"\xc0\xaf\n", "encoding"),
    "surrogate": (shot("    title: ").encode() + b"\xed\xa0\x80\n", "encoding"),
    "surrogate-escaped": (shot('    title: "\\ud800"\n'), "yaml-syntax"),
    "cut-in-a-character": (shot("    title: é").encode()[:-1], "encoding"),
    "mark-in-the-middle": (shot("    title: a\ufeffb\n"), "character"),
    "two-marks": ("\ufeff\ufeff" + shot(""), "character"),
    "nul": (shot("    title: a\0b\n"), "character"),
    "escape": (shot("    title: \x1b[2J\n"), "character"),
    "escape-escaped": (shot('    "\\e[31m": 1\n'), "character"),
    "delete": (shot("    title: a\x7fb\n"), "character"),
    "next-line": (shot("    title: a\x85b\n"), "character"),
    "line-separator": (shot("    title: a\u2028b\n"), "character"),
    "right-to-left-override": (shot("    title: a\u202eb\n"), "character"),
    "isolate": (shot("    title: a\u2066b\u2069\n"), "character"),
    "isolate-escaped": (shot('    title: "a\\u2067b"\n'), "character"),
    "binary": (bytes(range(256)) * 100, "encoding"),
    **{
        f"trap-{word.strip('.~')}": (shot(f"    enabled: {word}\n"), "yaml-trap")
        for word in ("yes", "No", "on", "OFF", "y", "N", "True", "FALSE", "NULL")
    },
    **{
        f"trap-of-a-number-{at}": (shot(f"    seed: {word}\n"), "yaml-trap")
        for at, word in enumerate(["010", "1_000", "0x1f", "0o7", "0b1", ".inf", "-.INF", ".nan", "+012", "0_1"])
    },
    "sexagesimal": (shot("    seed: 12:30\n"), "type"),
    "date": (shot("    seed: 2026-11-21\n"), "type"),
    "merge-key": (shot("    <<: {steps: 5}\n"), "merge-key"),
    "tag-of-python": (shot("    title: !!python/object/apply:os.system [ls]\n"), "yaml-tag"),
    "tag-of-bytes": (shot("    title: !!binary aGVsbG8=\n"), "yaml-tag"),
    "tag-of-a-key": (shot("    !!str title: a\n"), "yaml-tag"),
    "documents": (shot("") + "---\n" + shot(""), "one-document"),
    "document-end": (shot("") + "...\nversion: 2\n", "yaml-syntax"),
    "directive": ("%YAML 3.7\n---\n" + shot(""), "yaml-syntax"),
    "tag-directive": ("%TAG ! tag:example.com,2000:\n---\n" + shot("    title: !x y\n"), "yaml-tag"),
    "long-key": (shot(f"    {'k' * 1_000_000}: 1\n"), "yaml-syntax"),
    "long-word": (shot(f"    tags: ['{'k ' * 1_000_000}']\n"), "pattern"),
    "long-value": (shot(f"    steps: {'k' * 1_000_000}\n"), "type"),
    "many-mistakes": (TOP + "shots:\n" + "  - {id: a, steps: 99}\n" * 5_000, "too-many"),
    "many-duplicates": (shot("    steps: 5\n" * 50_000), "too-many"),
    "many-traps-on-a-line": (shot(f"    tags: [{'yes, ' * 50_000}]\n"), "too-many"),
    "many-unknown-variables": (shot(f"    prompt: {'${x}' * 20_000}\n"), "unknown-variable"),
    "unclosed-variables": (shot(f"    prompt: {'${' * 20_000}\n"), "unclosed-variable"),
    "axes-of-a-million-million": (
        shot("    matrix: {seed: {from: 1, to: 1000000}, steps: {from: 1, to: 1000000}}\n"),
        "too-many-tasks",
    ),
    "axis-without-end": (shot("    matrix: {seed: {from: 0, to: 9223372036854775807}}\n"), "too-many-tasks"),
    "axis-of-the-smallest-steps": (
        shot("    matrix: {cfg_scale: {from: 1, to: 7, step: 1e-300}}\n"),
        "too-many-tasks",
    ),
    "axes-in-every-shot": (
        TOP
        + "shots:\n"
        + "".join(f"  - {{id: s{n}, matrix: {{seed: {{from: 1, to: 10000}}}}}}\n" for n in range(2000)),
        "too-many-tasks",
    ),
    "axes-of-one-list-in-every-shot": (
        TOP
        + f"vars: {{x: &x {list(range(1, 400))}}}\nshots:\n"
        + "".join(f"  - {{id: s{n}, matrix: {{seed: *x, steps: [20, 21]}}}}\n" for n in range(2000)),
        "too-many-tasks",
    ),
    "list-of-nothing": (TOP + "shots: [" + "," * 10 + "]\n", "yaml-syntax"),
    "scalars-without-end": (TOP + "shots: [" + "1, " * 100_000 + "]\n", "too-many"),
    "spaces": (" " * 1_000_000, "empty-file"),
    "comments": ("# nothing\n" * 1_000_000, "empty-file"),
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What `render validate` says of each; asked once, whichever of several processes of pytest comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "hostile.json").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        told = file.read()
        if not told:
            told = check_all(tmp_path_factory.mktemp("hostile"))
            file.write(told)
    return json.loads(told)


def check_all(folder):
    """Check them all in one process with little memory and time."""
    for name, (text, _) in TEXTS.items():
        content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        (folder / f"{name}.shots.yaml").write_bytes(content)
    for name, size in (("too-large", 100 * MEBIBYTE), ("terabyte", 2**40)):
        with (folder / f"{name}.shots.yaml").open("wb") as file:
            file.truncate(size)
    os.mkfifo(folder / "fifo.shots.yaml")
    (folder / "folder.shots.yaml").mkdir()
    (folder / "zeros-without-end.shots.yaml").symlink_to("/dev/zero")
    (folder / "nowhere.shots.yaml").symlink_to("nothing")
    (folder / "circle.shots.yaml").symlink_to("circle.shots.yaml")
    finished = subprocess.run(
        [sys.executable, "-m", "tests.manifest.hostile", folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        preexec_fn=limited,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    # whoever looks through what tests leave would read a tebibyte
    (folder / "terabyte.shots.yaml").unlink()
    return finished.stdout


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (1024 * MEBIBYTE, 1024 * MEBIBYTE))


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_manifest_is_refused_in_few_words(name, checked):
    told = checked[f"{name}.shots.yaml"]
    assert (told["status"], told["err"]) == (2, "")
    problems = json.loads(told["out"])["problems"]
    assert TEXTS[name][1] in {problem["name"] for problem in problems}
    assert len(problems) <= 52
    for problem in problems:
        assert 0 < len(problem["message"]) <= 1000
        assert problem["hint"] or problem["severity"] == "warning"
        assert problem["line"] > 0
        assert problem["column"] > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("too-large", "larger than 64 MiB"),
        ("terabyte", "larger than 64 MiB"),
        ("fifo", "not a regular file"),
        ("zeros-without-end", "not a regular file"),
        ("folder", "is a directory"),
        ("nowhere", "No such file"),
        ("circle", "symbolic links"),
    ],
)
def test_what_is_no_file_of_bearable_size_is_not_read(name, said, checked):
    told = checked[f"{name}.shots.yaml"]
    assert (told["status"], told["out"]) in {(2, ""), (3, "")}
    assert said in told["err"]
    assert "Traceback" not in told["err"]
    assert len(told["err"]) < 1000


def test_no_hostile_manifest_takes_much_memory(checked):
    assert checked[""] < MOST_MEMORY


def test_a_mark_of_the_byte_order_at_the_beginning_is_no_mistake(tmp_path):
    path = tmp_path / "a.shots.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + shot("").encode())
    assert check_manifest(path, load_catalog()).problems == ()
