"""The quick way through YAML text against the real parser: it gives up, or it gives the same."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from render.yaml_ordinary import UnusualError, read_ordinary
from render.yaml_reader import Reader
from render.yaml_text import MAX_DEPTH, decode

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "manifests").rglob("*.yaml"), *(ROOT / "tests" / "manifests").rglob("*.yaml")])


def read_flow(text):
    reader = Reader(text, "")
    if reader.problems:
        raise UnusualError
    return reader.data


def quickly(text):
    """What the quick way makes of a text: its data, or nothing where it gives up."""
    if not isinstance(decode(text.encode(errors="surrogatepass"), file=""), str):
        return None
    try:
        return read_ordinary(text, read_flow)
    except UnusualError:
        return None


def held_against_the_parser(text):
    data = quickly(text)
    if data is not None:
        reader = Reader(text, "")
        # written out, because 1 == 1.0 == True
        assert (repr(data), reader.problems) == (repr(reader.data), [])
    return data


MANIFEST = """\
# a comment
version: 1
project: lantern-line   # and another
vars: {style: painterly, place: "a city: night"}
defaults:
  model: kandinsky-5-lite
  prompt: ${action}. ${style}
  cfg_scale: 5.5
  seed: -1
shots:
- id: sq010
  tags: [hero, 'no', train] # [not, these]
  enabled: true
  notes:
  prompt: >-
    A steam train
    glides, slowly:

    on.

  negative_prompt: |
    text
  matrix: {seed: {from: 1, to: 3}, steps: [20, 28]}
- id: sq020
  ratio: 3:2
  link: https://example.com/#here
"""


def test_an_ordinary_manifest_is_read_the_quick_way():
    data = held_against_the_parser(MANIFEST)
    assert data["shots"][0]["prompt"] == "A steam train glides, slowly:\non."
    assert data["shots"][0]["tags"] == ["hero", "no", "train"]
    assert data["shots"][0]["notes"] is None
    assert data["shots"][1] == {"id": "sq020", "ratio": "3:2", "link": "https://example.com/#here"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_manifest_here_is_read_alike_both_ways(path):
    content = path.read_bytes()
    text = decode(content, file="")
    if isinstance(text, str):
        held_against_the_parser(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a: b\n  c\n", "a: b\n  - c\n", "a:\n  - b\n   c: d\n", "a: b\n c: d\n", " a: b\n", "a: 1\na: 2\n", "- a\n"),
        *(
            "a: &x b\n",
            "a: *x\n",
            "a: [&x b, *x]\n",
            "a: !t b\n",
            "? a\n: b\n",
            "<<: a\n",
            "'a': b\n",
            "a: 'b\n  c'\n",
            "a: 'it''s'\n",
        ),
        *('a: "\\u202e"\n', "a: yes\n", "a: [yes]\n", "a: 010\n", "a: 1_000\n", "a: .inf\n", "a: {b: 1, b: 2}\n"),
        *("a: b: c\n", "a: b:\n", "a: - b\n", "a: ? b\n", "a: @b\n", "a: `b\n", "a: %b\n", "a: ,b\n", "a: ]b\n"),
        *("---\na: 1\n", "a: 1\n...\n", "%YAML 1.2\n---\na: 1\n", "\n", "# a\n", "", "a: [b\n", "a: {b\n", "a:\tb\n"),
        *(
            "a: >+\n  b\n",
            "a: |2\n  b\n",
            "a: >-\n  b\n    c\n",
            "a: >-\n    b\n  c\n",
            "a: |\n\n  b\n",
            "a: |\nb: c\n",
        ),
        *("a: 1\r\tb: 2\n", "- - a\n", "-\n", "a:\n  -\n", "a: b", "a: |\n  b", f"a: {'9' * 500}\n"),
        f"a: {'[' * (MAX_DEPTH + 1)}{']' * (MAX_DEPTH + 1)}\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(MAX_DEPTH + 1)),
        "".join(f"{' ' * depth}a:\n" for depth in range(MAX_DEPTH - 2)) + f"{' ' * (MAX_DEPTH - 2)}a: [[[b]]]\n",
    ],
)
def test_what_is_wrong_or_rare_is_left_to_the_parser(text):
    assert quickly(text) is None


INDENTS = st.sampled_from(["", "", "  ", "  ", "    ", " ", "      "])
KEYS = st.sampled_from(
    ["", "", "a: ", "b: ", "c:", "d:  ", "k-1: ", "'q': ", "<<: ", "no: ", "5: ", "a:b", "runware:1@1: "]
)
DASHES = st.sampled_from(["", "", "", "- ", "- ", "-", "-  ", "- - "])
VALUES = st.sampled_from(
    [
        *(
            "",
            "",
            "x",
            "two words",
            "5",
            "-5",
            "5.50",
            "1e3",
            "true",
            "null",
            "~",
            "yes",
            "010",
            "3:2",
            "a:b",
            "a: b",
            "x:",
        ),
        *(
            "- x",
            "-x",
            "x - y",
            "x #c",
            "x#c",
            "#c",
            " # c",
            "[a, b]",
            "[a, [b]]",
            "[]",
            "{}",
            "{a: b}",
            "{a: b, a: c}",
        ),
        *("{a: [1, 2]}", "{a}", "[a: b]", "[a", "a]", "a, b", "[a, b] # [c]", "{a: 'b, c'}", '{a: "b: c"} # {d: e}'),
        *(
            "'x'",
            '"x"',
            "'x' # c",
            "'it''s'",
            '"\\n"',
            "'x",
            '"x" y',
            "''",
            '""',
            "|",
            ">-",
            ">",
            "|-",
            "> # c",
            "|+",
            ">2",
        ),
        *(
            "&a x",
            "*a",
            "!t x",
            "@x",
            "%x",
            "?",
            "? x",
            "...",
            "---",
            "\u00e9t\u00e9",
            "x\u00a0",
            "${a}",
            "$${a}",
            "(x)",
        ),
        *("https://example.com/#x", "x: ", "x ", "[a,b]", "[ a , b ]", "[-1, +2, .5, ~]", "{a:  b}", "{a:b}", "[a, ]"),
    ]
)
LINES = st.builds(lambda *parts: "".join(parts), INDENTS, DASHES, KEYS, VALUES)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\n\n", "\n  \n", " \n", "\r"])


@settings(max_examples=1500)
@given(st.lists(st.tuples(LINES, ENDS), max_size=7))
def test_lines_in_any_order_are_read_alike_or_not_at_all(lines):
    held_against_the_parser("".join(line + end for line, end in lines))


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, len(MANIFEST)), st.sampled_from([*" \n:#-[]{},'\"|>&*!?", "  ", "\n  "])), max_size=4
    )
)
def test_a_manifest_with_slips_is_read_alike_or_not_at_all(slips):
    text = MANIFEST
    for at, slip in slips:
        text = text[:at] + slip + text[at + 1 :]
    held_against_the_parser(text)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_as_a_value_is_read_alike_or_not_at_all(text):
    held_against_the_parser(f"a: {text}\nb:\n  - {text}\n  - c: {text}\n")
