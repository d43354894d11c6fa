import json

import pytest

GIBIBYTE = 2**30
TOP = "version: 1\nproject: p\n"
LITE = "defaults: {model: kandinsky-5-lite, prompt: a fox, width: 512, height: 512, duration: 5}\n"
BOMB = "vars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


@pytest.fixture
def validate(warm, tmp_path):
    """Run `render validate` in little memory."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}

    def run(*arguments):
        return warm.run(["validate", *arguments], cwd=tmp_path, env=environment, timeout=120, memory_bytes=GIBIBYTE)

    return run


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (TOP + LITE + BOMB + "shots: []\n", "yaml-alias"),
        (TOP + "vars: " + "[" * 100_000, "yaml-depth"),
        (TOP + LITE + f"shots: [{{id: a, seed: {'9' * 5000}}}]\n", "yaml-trap"),
        (TOP + LITE + f"shots: [{{id: a, seed: {'9' * 400}}}]\n", "range"),
        (TOP + LITE + 'shots: [{id: a, prompt: "\\ud800"}]\n', "yaml-syntax"),
        (TOP + LITE + 'shots: [{id: a, "\\e[31m": 1}]\n', "character"),
        (TOP + LITE + f"shots: [{{id: a, {'k' * 1_000_000}: 1}}]\n", "yaml-syntax"),
        (TOP + LITE + f"shots: [{{id: a, tags: ['{'k ' * 1_000_000}']}}]\n", "pattern"),
        (TOP + LITE + "x: &a [" + "1, " * 999 + "1]\nshots: [{id: a, lora: [" + "*a, " * 900 + "]}]\n", "unknown-key"),
    ],
    ids=lambda value: repr(value[-40:]),
)
def test_a_hostile_manifest_is_refused_in_little_memory_and_few_words(text, rule, tmp_path, validate):
    path = tmp_path / "a.shots.yaml"
    path.write_text(text, encoding="utf-8")
    finished = validate(path, "--json")
    assert (finished.returncode, finished.stderr) == (2, "")
    problems = json.loads(finished.stdout)["problems"]
    assert rule in {problem["rule"] for problem in problems}
    assert all(len(problem["message"]) <= 1000 for problem in problems)


def test_a_file_that_cannot_be_read_ends_with_3(tmp_path, validate):
    large = tmp_path / "large.shots.yaml"
    with large.open("wb") as file:
        file.truncate(2**40)
    finished = validate(large)
    # whoever looks through what tests leave would read a tebibyte
    large.unlink()
    assert (finished.returncode, finished.stdout) == (3, "")
    assert "64 MiB" in finished.stderr
