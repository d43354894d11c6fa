"""Draws what `render explain` says: the list of rules, the page of a rule, and a parameter of a model.

Decides layout only: every fact comes from the tables, the pages and the specs.
"""

from __future__ import annotations

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from render.report.excerpt import excerpt_lines, numbered
from render.report.models import model_json, param_lines
from render.rules import RULES
from render.rules.pages import MANIFEST
from render.wish import Excerpt, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from render.catalog.spec import ModelSpec, Param
    from render.catalog.spec import Rule as ModelRule
    from render.report.palette import Palette
    from render.rules import Rule
    from render.rules.pages import ExampleFile, RulePage

_WIDEST_PROSE = 100


def rules_text(paint: Palette) -> str:
    """Draw one line a rule: number, name, what it is about."""
    widest = max(len(rule.name) for rule in RULES)
    lines = [f"{paint.bold(rule.number)}  {rule.name:<{widest}}  {rule.about}" for rule in RULES]
    return "\n".join([*lines, "", "`render explain R012` shows an example of one, and how it is mended."]) + "\n"


def rules_json() -> dict[str, Any]:
    """Return `{"rules": [{"rule", "name", "about"}]}`."""
    return {"rules": [_rule_json(rule) for rule in RULES]}


def rule_text(rule: Rule, page: RulePage, paint: Palette, *, width: int) -> str:
    """Draw the page of a rule: what it means, an example that is refused, the same mended, and why."""
    lines = [f"{paint.bold(f'{rule.number} {rule.name}')}: {rule.about}", "", *_prose(page.meaning, width)]
    if page.refused:
        lines += ["", paint.red("refused"), *_example(page.refused, rule, page, paint, width)]
        lines += ["", paint.green("in order"), *_example(page.mended, None, page, paint, width)]
    return "\n".join([*lines, "", paint.bold("why"), *_prose(page.why, width)]) + "\n"


def rule_json(rule: Rule, page: RulePage) -> dict[str, Any]:
    """Return the page of a rule: `{"rule", "name", "about", "meaning", "why", "refused"?, "in_order"?}`."""
    data = {**_rule_json(rule), "meaning": _one_paragraph(page.meaning), "why": _one_paragraph(page.why)}
    if not page.refused:
        return data
    file, line, column = page.place
    refused = {"files": [asdict(one) for one in page.refused], "file": file, "line": line, "column": column}
    return {**data, "refused": refused, "in_order": {"files": [asdict(one) for one in page.mended]}}


def param_text(spec: ModelSpec, path: Sequence[Param], *, width: int) -> str:
    """Draw one parameter of a model, where it is from, and the rules that concern it; `path` leads to it."""
    width = min(width, _WIDEST_PROSE)
    source = path[-1].source or path[0].source or spec.source
    rules = [_said(rule) for rule in _rules_about(spec, _dotted(path))]
    lines = [f"{_name(spec)}, {_dotted(path)}", "", *param_lines(path[-1], spec, width)]
    lines += ["", *_wrapped(f"source: {source}, checked {spec.checked}", width)]
    if rules:
        lines += ["", "Rules", *(line for rule in rules for line in _wrapped(f"- {rule}", width))]
    if spec.sizes and _dotted(path) in {"width", "height"}:
        pairs = ", ".join(f"{size[0]}x{size[1]}" for size in spec.sizes)
        lines += ["", "Sizes", *_wrapped(f"only these pairs: {pairs}", width)]
    return "\n".join(lines) + "\n"


def param_json(spec: ModelSpec, path: Sequence[Param]) -> dict[str, Any]:
    """Return one parameter with `model`, `parameter`, `source`, `checked` and the `rules` that concern it."""
    whole = model_json(spec)
    found: Any = {"fields": whole["params"]}
    for step in path:
        found = next(one for one in found["fields"] if one["name"] == step.name)
    return {
        "model": spec.id,
        "parameter": _dotted(path),
        **found,
        "source": path[-1].source or path[0].source or spec.source,
        "checked": spec.checked,
        "rules": [rule.say for rule in _rules_about(spec, _dotted(path))],
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.number, "name": rule.name, "about": rule.about}


def _example(
    files: Sequence[ExampleFile], rule: Rule | None, page: RulePage, paint: Palette, width: int
) -> Iterator[str]:
    """Draw the files of an example, with a caret where the broken rule is told."""
    for file in files:
        notes = [file.name] if file.name != MANIFEST else []
        notes += [f"saved as {file.encoding}"] if file.encoding != "utf-8" else []
        yield from [f"  {', '.join(notes)}:"] if notes else []
        for number, text in enumerate(file.text.splitlines(), start=1):
            is_it = rule is not None and (file.name, number) == page.place[:2]
            excerpt = Excerpt(text=text)
            column = page.place[2] if is_it else 1
            shown = Problem(file=file.name, line=number, column=column, rule="", message="", excerpt=excerpt)
            yield from excerpt_lines(shown, paint, width=width) if is_it else [numbered(shown, paint, width=width)]


def _rules_about(spec: ModelSpec, dotted: str) -> list[ModelRule]:
    """Return the rules of a model that name this parameter, one that holds it, or one inside it."""
    return [
        rule
        for rule in spec.rules
        if any(_is_within(named, dotted) or _is_within(dotted, named) for named in (*rule.params, *rule.when))
    ]


def _is_within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}.")


def _said(rule: ModelRule) -> str:
    return f"{rule.say} (a warning)" if rule.is_warning else rule.say


def _dotted(path: Sequence[Param]) -> str:
    return ".".join(param.name for param in path)


def _name(spec: ModelSpec) -> str:
    return f"{spec.name} ({', '.join((*spec.aliases, spec.id))})"


def _one_paragraph(text: str) -> str:
    return " ".join(text.split())


def _prose(text: str, width: int) -> list[str]:
    return wrap(_one_paragraph(text), width=min(width, _WIDEST_PROSE), break_long_words=False, break_on_hyphens=False)


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(
        text,
        width=width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
