"""The same data as YAML in many layouts: brackets or blocks, any indentation, comments and blank lines anywhere."""

import json

from hypothesis import strategies as st

TEXTS = st.one_of(
    st.sampled_from(
        ["a lamp on a sill", "3:2", "it's late: night", "#1", "- x", "a, b", "[x]", "yes", "", " lead", "0x1f"]
    ),
    st.text(alphabet="ab :#-,[]{}'\"\\\n ${}é", max_size=20),
)
SCALARS = st.one_of(TEXTS, st.integers(-9, 10**12), st.sampled_from([0.5, 1000.0, True, False, None]))
NAMES = st.sampled_from(
    ["id", "prompt", "seed", "steps", "model", "vars", "lora", "mine", "a b", "#x", "notes", "takes"]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
MAPS = st.dictionaries(NAMES, VALUES, max_size=5)
FILES = st.fixed_dictionaries(
    {"version": st.just(1), "project": TEXTS},
    optional={
        "shots": st.lists(MAPS, max_size=4),
        "defaults": MAPS,
        "presets": st.dictionaries(NAMES, MAPS, max_size=3),
        "model_defaults": st.dictionaries(NAMES, MAPS, max_size=2),
        "vars": VALUES,
        "unheard_of": VALUES,
    },
)


class Speller:
    """Writes data as YAML, drawing every choice that the language leaves."""

    def __init__(self, draw):
        self._draw = draw
        self.comments = []

    def file(self, data):
        names = self._draw(st.permutations(list(data)))
        lines = self._above(0, first=True)
        lines += self._mapping({name: data[name] for name in names}, 0)
        lines += self._above(0)
        return "\n".join(lines) + self._draw(st.sampled_from(["\n", "", "\n\n\n"]))

    def _chance(self, one_in):
        return self._draw(st.integers(1, one_in)) == one_in

    def _comment(self):
        self.comments.append(f"# c{len(self.comments)}" + self._draw(st.sampled_from(["", " - x: 'y", " # [", "  ,"])))
        return self.comments[-1]

    def _above(self, depth, *, first=False):
        lines = []
        while self._chance(5) and len(lines) < 4:
            lines.append("" if self._chance(3) and not first else " " * depth + self._comment())
        return lines

    def _beside(self):
        return self._draw(st.sampled_from([" ", "   "])) + self._comment() if self._chance(8) else ""

    def _mapping(self, data, depth):
        lines = []
        for name, value in data.items():
            lines += self._above(depth)
            lines += self._entry(" " * depth + self._plain(name) + ":", value, depth, self._draw(st.integers(1, 4)))
        return lines + self._above(depth)

    def _list(self, data, depth):
        lines = []
        for value in data:
            lines += self._above(depth)
            lines += self._entry(" " * depth + "-", value, depth, self._draw(st.integers(1, 4)))
        return lines + self._above(depth)

    def _entry(self, head, value, depth, step):
        if isinstance(value, dict | list) and value and not self._chance(3):
            is_flush = isinstance(value, list) and head.endswith(":") and self._chance(3)
            inner = depth if is_flush else depth + step
            below = self._mapping(value, inner) if isinstance(value, dict) else self._list(value, inner)
            if head.endswith("-") and step > 1 and below[0].strip() and below[0].lstrip()[0] != "#" and self._chance(2):
                return [head + below[0][len(head) :], *below[1:]]
            return [head + self._beside(), *below]
        if isinstance(value, str) and self._suits_a_block(value) and self._chance(2):
            header = "|" + ("" if value.endswith("\n") else "-")
            body = value.removesuffix("\n").split("\n")
            return [f"{head} {header}", *(" " * (depth + step) + line if line else "" for line in body)]
        return f"{head} {self._flow(value, depth + step)}{self._beside()}".split("\n")

    def _suits_a_block(self, text):
        body = text.removesuffix("\n")
        return bool(body) and body[0] not in " \n" and not body.endswith("\n") and text.strip() != ""

    def _flow(self, value, depth):
        if isinstance(value, dict | list):
            is_map = isinstance(value, dict)
            parts = [
                f"{self._plain(name)}: {self._flow(value[name], depth)}" if is_map else self._flow(name, depth)
                for name in value
            ]
            goes_on = self._chance(4)
            inside = "".join(f"{self._gap(depth, goes_on=goes_on)}{part}," for part in parts).removesuffix(",")
            return f"{'{' if is_map else '['}{inside}{self._gap(depth, goes_on=goes_on)}{'}' if is_map else ']'}"
        return self._plain(value)

    def _gap(self, depth, *, goes_on):
        if not goes_on:
            return self._draw(st.sampled_from(["", " "]))
        return "\n".join([self._beside(), *self._above(depth), " " * depth])

    def _plain(self, value):
        if isinstance(value, str):
            can_be_single = "\n" not in value and "\\" not in value
            if can_be_single and value.isalpha() and value not in {"yes", "y", "n"} and self._chance(2):
                return value
            if can_be_single and self._chance(2):
                return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)


@st.composite
def layouts(draw):
    """Data of a manifest, that data as YAML in some layout, and the comments in it."""
    data = draw(FILES)
    speller = Speller(draw)
    return data, speller.file(data), speller.comments
