"""The table of rules. A number is for ever: it stands in CI logs and searches, so none is changed or used again.

To add a rule: take the next number, append a row, raise it by its name (`findings.add(path, "name", …)`), write
`pages/<number>.md` (any other page shows the form), and add an example to `tests/manifests/invalid/`.
`tests/rules/` holds the table, its published numbers (`published.txt`), the code and the pages together, and says
what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing a manifest must keep to."""

    #: `R012`
    number: str
    #: `range`: what the code calls it
    name: str
    #: what it is about, in a few words, for a list
    about: str


_ROWS = (
    ("R001", "yaml-syntax", "the text is not YAML"),
    ("R002", "encoding", "the file is not UTF-8"),
    ("R003", "character", "an invisible or deceptive character"),
    ("R004", "empty-file", "the file holds nothing"),
    ("R005", "one-document", "a second YAML document in one file"),
    ("R006", "yaml-trap", "a word that YAML tools read differently"),
    ("R007", "yaml-tag", "a YAML tag"),
    ("R008", "merge-key", "a YAML merge key"),
    ("R009", "yaml-key", "a key that is no plain word"),
    ("R010", "duplicate-key", "a key that stands twice in one mapping"),
    ("R011", "not-allowed", "a value that is not among those allowed"),
    ("R012", "range", "a number outside its bounds or between its steps"),
    ("R013", "type", "a value of the wrong kind"),
    ("R014", "length", "a text or a list that is too short or too long"),
    ("R015", "pattern", "a word that cannot be used in this place"),
    ("R016", "required", "something that is missing"),
    ("R017", "unknown-key", "a key that is not known"),
    ("R018", "not-taken", "a parameter that the model does not take"),
    ("R019", "provider-spelling", "a provider's own name for a parameter"),
    ("R020", "runner-owned", "a field that renderline fills in itself"),
    ("R021", "not-yet", "a part of the language that is not read yet"),
    ("R022", "unknown-model", "a model that is not known"),
    ("R023", "general-rules", "a model that only general rules are known of"),
    ("R024", "left-out", "a default that a model leaves out"),
    ("R025", "combination", "parameters that do not go together"),
    ("R026", "duplicate-model", "one model under two of its names"),
    ("R027", "other-provider", "a model in the settings or a lane of another provider"),
    ("R028", "unknown-provider", "a provider that is not known"),
    ("R029", "unknown-preset", "a preset that is not there"),
    ("R030", "unknown-variable", "a variable that is not there"),
    ("R031", "unclosed-variable", "a `${` without its `}`"),
    ("R032", "nested-variable", "a variable inside a variable"),
    ("R033", "variable-name", "a name that no variable can have"),
    ("R034", "unused-variable", "a variable that nothing uses"),
    ("R035", "project", "a project that cannot name a folder"),
    ("R036", "shot-id", "an id that cannot name a file"),
    ("R037", "duplicate-id", "two shots of one id"),
    ("R038", "output", "a file that cannot be written as asked"),
    ("R039", "secret", "a text that looks like an API key"),
    ("R040", "structure", "a file that is no manifest"),
    ("R041", "schema", "something that the schema alone refuses"),
    ("R042", "yaml-depth", "values nested too deep"),
    ("R043", "yaml-alias", "an alias that leads nowhere, to itself, or to far too much"),
    ("R044", "yaml-size", "more values than one file may hold"),
    ("R045", "too-many", "more errors or warnings than are shown"),
    ("R046", "too-many-tasks", "more tasks than one shot or project may have"),
    ("R047", "model-spec", "a model's spec that is not in order"),
    ("R048", "export-line", "a line of an export that is not in order"),
    ("R049", "missing-file", "a file that is named and cannot be read"),
    ("R050", "outside-folder", "a file outside the manifest's folder"),
    ("R051", "include-cycle", "a file that includes itself"),
    ("R052", "included-twice", "a file that is included twice"),
    ("R053", "too-many-files", "more files than one project may have"),
    ("R054", "first-file-only", "a key that belongs in the first file"),
    ("R055", "environment", "a value of the environment where none is read"),
    ("R056", "unset-variable", "a variable of the environment that is not set"),
    ("R057", "address", "an address that nothing can be sent to"),
    ("R058", "one-address", "several files sent to one address"),
    ("R059", "axis-name", "something that cannot be an axis"),
    ("R060", "axis-empty", "an axis without values"),
    ("R061", "axis-duplicate", "a combination of values that stands twice"),
    ("R062", "axis-range", "a range that leads nowhere"),
    ("R063", "axis-lengths", "axes of `zip` that are not equally long"),
    ("R064", "axis-takes", "`takes` beside seeds as an axis"),
    ("R065", "unknown-lane", "a model in a lane that is not there"),
    ("R066", "lane-name", "a name that no lane can have beside others"),
    ("R067", "input", "an input that the model cannot take"),
    ("R068", "request", "a raw request that cannot be carried over"),
    ("R069", "cut-text", "a prompt that a comment cuts off"),
)

RULES = tuple(Rule(number=number, name=name, about=about) for number, name, about in _ROWS)
_BY_NAME = {rule.name: rule for rule in RULES}
_BY_NUMBER = {rule.number: rule for rule in RULES}


def number_of(name: str) -> str:
    """Return the number of the rule called `name`; a name without a row stands for itself."""
    rule = _BY_NAME.get(name)
    return rule.number if rule is not None else name


def rule_called(word: str) -> Rule | None:
    """Find a rule by its number or its name, in any case; `R12` and `12` mean R012."""
    folded = word.strip().casefold()
    digits = folded.removeprefix("r")
    if digits.isascii() and digits.isdecimal() and len(digits) < 4:
        return _BY_NUMBER.get(f"R{int(digits):03d}")
    return _BY_NAME.get(folded)
