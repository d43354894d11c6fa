import json

import pytest

from render.catalog.load import load_catalog
from render.cli import run
from render.rules import RULES

CATALOG = load_catalog()


def told(capsys, *arguments):
    """What `render explain` prints; it ends with 0 and says nothing else."""
    assert run(["explain", *arguments]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out


def refused(capsys, *arguments):
    assert run(["explain", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


def test_without_a_name_every_rule_has_its_line(capsys):
    lines = told(capsys).splitlines()
    assert [line.split()[:2] for line in lines[: len(RULES)]] == [[rule.number, rule.name] for rule in RULES]
    assert json.loads(told(capsys, "--json"))["rules"][11] == {
        "rule": "R012",
        "name": "range",
        "about": "a number outside its bounds or between its steps",
    }


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_page_of_every_rule_fits_the_terminal(rule, width, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    text = told(capsys, rule.number)
    assert text.startswith(f"{rule.number} {rule.name}: {rule.about}\n")
    assert max(map(len, text.splitlines())) <= width
    assert text == told(capsys, rule.name)


def test_a_page_shows_the_mistake_with_a_caret_and_mended(capsys):
    lines = told(capsys, "R012").splitlines()
    at = lines.index(next(line for line in lines if "^" in line))
    begin, end = lines[at].index("^"), len(lines[at])
    assert lines[at - 1][begin:end] == "60"
    assert "in order" in lines
    assert any(line.endswith("steps: 50") for line in lines[at:])
    page = json.loads(told(capsys, "R012", "--json"))
    assert list(page) == ["rule", "name", "about", "meaning", "why", "refused", "in_order"]
    assert page["refused"]["files"][0]["text"].splitlines()[page["refused"]["line"] - 1].endswith("60")


def test_a_parameter_is_explained_with_everything_that_is_known_of_it(capsys):
    text = " ".join(told(capsys, "kandinsky-5-lite", "cfg_scale").split())
    for fact in (
        "sent as CFGScale",
        "number, 1 to 7 in steps of 0.01",
        "default 5",
        "checked 2026-11-21",
        "guidance is off",
    ):
        assert fact in text
    assert "px" in told(capsys, "kandinsky-5-lite", "width")
    assert "1024x1024" in told(capsys, "kandinsky-5-image-lite", "width")


def test_a_part_of_a_parameter_goes_by_a_dot_and_by_the_spelling_of_its_provider(capsys):
    ours = told(capsys, "kandinsky-5-image-lite", "accelerator_options.cache_end_step")
    assert "caching has to begin before it ends" in ours
    assert told(capsys, "kandinsky-5-image-lite", "acceleratorOptions.cacheEndStep") == ours


@pytest.mark.parametrize("spec", CATALOG.specs, ids=lambda spec: spec.id)
def test_every_parameter_of_every_model_can_be_explained(spec, capsys):
    for param in spec.params:
        page = json.loads(told(capsys, spec.id, param.name, "--json"))
        assert (page["parameter"], page["wire"], page["checked"]) == (param.name, param.wire, spec.checked)
        assert page["source"]


def test_a_model_alone_lists_its_parameters(capsys):
    text = told(capsys, "kandinsky-5-lite")
    assert "cfg_scale  (sent as CFGScale)" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rnge"], ["there is no rule and no model `rnge`", "range"]),
        (["R999"], ["`R999`", "render explain"]),
        (["kandinsky-5-lit"], ["kandinsky-5-lite"]),
        (["width"], ["`width` is a parameter of", "render explain kandinsky-5-"]),
        (["kandinsky-5-lite", "widht"], ["has no parameter `widht`", "width"]),
        (["kandinsky-5-lite", "width.x"], ["`width` has no parameter `x`"]),
        (["R012", "width"], ["`R012` is a rule", "render explain kandinsky-5-lite width"]),
        (["kandinsky-5-image-lite", "cache_end_step"], ["nearest: accelerator_options.cache_end_step"]),
        (["kandinsky-5-image-lite", "accelerator_options.cache_end_stp"], ["accelerator_options.cache_end_step"]),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(arguments, words, capsys):
    said = refused(capsys, *arguments)
    for word in words:
        assert word in said
