"""Checks the variables of a manifest: named but unknown, known but unused, and what their own texts may not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from render.catalog.names import VOCABULARY
from render.disclosure import looks_like_key
from render.environment import PREFIX
from render.layout import PLACEHOLDERS
from render.manifest.addresses import tell_environment
from render.manifest.findings import listed
from render.manifest.keys import mapping
from render.manifest.phrases import like
from render.manifest.values import KEY_HINT
from render.variables import VARIABLE, variables_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from render.manifest.findings import Findings, Path

_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def check_texts(
    value: Any, path: Path, known: Mapping[str, str], findings: Findings, *, reads_environment: bool = False
) -> None:
    """Report the variables in `value` that are not among `known`, and those that are not closed."""
    for inner_path, text in _texts(value, path, set()):
        if "${" not in text:
            continue
        for variable in sorted(variables_in(text) - set(known)):
            if variable.startswith(PREFIX):
                tell_environment(variable, inner_path, findings, is_read=reads_environment)
            else:
                _tell_unknown_variable(variable, inner_path, known, findings.at(text.find(f"${{{variable}}}")))
        # each variable leaves as many characters as it had
        left = VARIABLE.sub(lambda found: " " * len(found.group()), text)
        if "${" in left:
            hint = "close it: `${name}`; a literal `${` is written `$${`"
            findings.at(left.find("${")).add(inner_path, "unclosed-variable", "a `${` is not closed", hint=hint)


def check_vars_of(holder: Mapping[str, Any], path: Path, used: Iterable[str], findings: Findings) -> None:
    """Report what is wrong with the `vars` in `holder`, which stands at `path`; `used` are those some text names."""
    for name, value in mapping(holder.get("vars")).items():
        here = (*path, "vars", name)
        if not _VARIABLE_NAME.match(name):
            hint = "letters, digits and `_`, not beginning with a digit"
            findings.add(here, "variable-name", f"`{name}` is not a name for a variable", hint=hint, of_key=True)
        elif isinstance(value, str) and f"${{{PREFIX}" in value:
            tell_environment(PREFIX + "NAME", here, findings, is_read=False)
        elif isinstance(value, str) and "${" in value:
            findings.add(here, "nested-variable", "a variable cannot hold another one", hint="use both in the text")
        elif looks_like_key(value):
            findings.add(here, "secret", f"`{name}` looks like an API key", hint=KEY_HINT)
        elif name not in used:
            hint = f"write `${{{name}}}` in a text, or remove it"
            findings.warn(here, "unused-variable", f"the variable `{name}` is not used", hint=hint, of_key=True)


def _tell_unknown_variable(variable: str, path: Path, known: Mapping[str, str], findings: Findings) -> None:
    literal = "there are no `vars`; a literal `${` is written `$${`"
    hint = _other_notation(variable, path) or like(variable, known)
    hint = hint or (f"there are {listed(known)}" if known else literal)
    findings.add(path, "unknown-variable", f"`${{{variable}}}` is not a variable of this shot", hint=hint)


def _other_notation(name: str, path: Path) -> str:
    """Say how what is no variable is named in the text at `path`, if it can be; "" where it is nothing known."""
    if path[-1] == "output" and name in PLACEHOLDERS:
        return f"write `{{{name}}}`: in `output` it stands without `$`"
    if path[-1] != "id" and name in {*VOCABULARY, "model", "preset"}:
        return f"`{name}` is no variable: it can be named in an `id` alone, where it is an axis of the shot"
    return ""


def _texts(value: Any, path: Path, seen: set[int]) -> Iterator[tuple[Path, str]]:
    """Yield every text in `value` with its path; of what stands in several places, by aliases, the first."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list) and id(value) not in seen:
        seen.add(id(value))
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*path, step), seen)
