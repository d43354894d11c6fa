"""What a manifest must keep to: every rule's number, its name, and a page that explains it.

    table ─▶ `Rule`s by number and name     `findings.add(path, "range", …)` ─▶ error[R012]
    pages ─▶ pages/R012.md                   `render explain R012`

Facts only: who finds a rule broken is `manifest`, `yaml_source` and `catalog`; who shows it is `report`.
"""

from render.rules.table import RULES, Rule, number_of, rule_called

__all__ = ["RULES", "Rule", "number_of", "rule_called"]
