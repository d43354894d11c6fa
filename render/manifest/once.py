"""Looks at the values of resolved shots, each distinct one once, however many shots and tasks share it.

Two values are the same where they stand at one place and the variables they name have the same texts; what a model
says about several parameters together is looked at once for each distinct set of those it concerns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from render.catalog.names import ADDRESSES
from render.catalog.rules import broken_rules
from render.environment import PREFIX
from render.manifest.addresses import AddressCheck
from render.manifest.overrides import SET
from render.manifest.sound import Sound
from render.manifest.texts import check_texts
from render.manifest.values import check_missing, check_rules, check_seed, check_value, concerned
from render.variables import fill_in, variables_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.catalog.spec import ModelSpec
    from render.manifest.findings import Findings, Path
    from render.manifest.resolved import Resolved


#: of values that are the same where they are equal
_SIMPLE = {str, int, float, type(None)}
_NO_NAMES: frozenset[str] = frozenset()


class _Seen:
    """What was looked at already for one model."""

    def __init__(self, spec: ModelSpec, first: Resolved) -> None:
        self.sound = Sound(spec, first)
        self.required = frozenset(param.name for param in spec.params if param.required)
        self.concerned = concerned(spec)
        self.marks: set[Any] = set()
        self.together: set[tuple[Any, ...]] = set()
        #: as `together`, by the values themselves
        self.sound_together: set[tuple[Any, ...]] = set()


class Values:
    """Checks the parameters of shot after shot, and remembers what it has seen."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._addresses = AddressCheck(findings)
        self._variables_at: dict[Path, tuple[str, ...]] = {}
        self._seen: dict[str, _Seen] = {}
        #: the variables that stand in texts in which nothing is wrong, by the path of their shot
        self.sound_texts: dict[Path, Mapping[str, str]] = {}
        #: variables that the texts of a shot name, by its path
        self.used: dict[Path, frozenset[str]] = {}
        #: shots whose texts name a variable that is not there, by their path: probably one of those that seem unused
        self.misspelt: set[Path] = set()
        #: shots with a value of the command line, which may stand in the place of texts that name further ones
        self.overridden: set[Path] = set()

    def check(self, resolved: Resolved) -> None:
        """Report what is wrong with the parameters of one shot."""
        shot, path = resolved.shot, resolved.authored.path
        seen = self._seen.get(resolved.spec.id)
        if seen is None:
            seen = self._seen[resolved.spec.id] = _Seen(resolved.spec, resolved)
        named = seen.sound.vouches_for(resolved, seen.marks)
        self.use(named or _NO_NAMES, path)
        if named is not None and self._goes_together(resolved, seen):
            if not resolved.authored.axis_paths:
                self.sound_texts[path] = {name: shot.variables[name] for name in named}
            return
        self._check_each(resolved, seen)

    def use(self, names: frozenset[str], path: Path) -> None:
        """Let the shot at `path` use these variables."""
        before = self.used.get(path)
        self.used[path] = names if before is None or before is names else before | names

    def miss(self, names: Iterable[str], path: Path) -> None:
        """Let the shot at `path` name these variables that it has not."""
        if any(not name.startswith(PREFIX) for name in names):
            self.misspelt.add(path)

    def _check_each(self, resolved: Resolved, seen: _Seen) -> None:
        """Look at the parameters of one shot one after the other, and then at all of them together."""
        shot, used = resolved.shot, set[str]()
        together: list[Any] = []
        for name, value in shot.params.items():
            mark = self._mark(name, value, resolved, used)
            if name in seen.concerned:
                together.append(mark)
            if mark not in seen.marks:
                seen.marks.add(mark)
                self._check(name, value, resolved)
        self.use(frozenset(used), resolved.path)
        self.miss(used - shot.variables.keys(), resolved.path)
        if not seen.required <= shot.params.keys():
            check_missing(resolved, self._findings)
        check_seed(resolved, shot.params, self._findings)
        if tuple(together) not in seen.together:
            seen.together.add(tuple(together))
            check_rules(resolved, fill_in(shot.params, shot.variables), self._findings)

    def _goes_together(self, resolved: Resolved, seen: _Seen) -> bool:
        """Whether a shot that is sound apart from that was found to break no rule, or the like of it was."""
        shot = resolved.shot
        values = tuple(map(shot.params.get, seen.concerned))
        if shot.takes > 1 or not _SIMPLE.issuperset(map(type, values)):
            return False
        if values not in seen.sound_together:
            if any(broken_rules(resolved.spec, fill_in(shot.params, shot.variables))):
                return False
            seen.sound_together.add(values)
        return True

    def _check(self, name: str, value: Any, resolved: Resolved) -> None:
        path, variables, is_address = resolved.origins[name], resolved.shot.variables, name in ADDRESSES
        # all values of a range stand in one place: the first that is wrong speaks for them
        if name in resolved.authored.axis_paths and self._findings.is_told(path):
            return
        check_texts(value, path, variables, self._findings, reads_environment=is_address)
        check_value(name, fill_in(value, variables), resolved, self._findings)
        if is_address:
            self._addresses.check(name, value, variables, path)

    def _mark(self, name: str, value: Any, resolved: Resolved, used: set[str]) -> Any:
        """Return what tells this value from others: its place, and the texts of the variables that it names."""
        path = resolved.origins[name]
        if path[0] == SET:
            self.overridden.add(resolved.path)
        names = self._variables_at.get(path)
        if names is None:
            names = self._variables_at[path] = tuple(sorted(variables_in(value)))
        if not names:
            return path
        used.update(names)
        variables = resolved.shot.variables
        return (path, *(variables.get(variable) for variable in names))
