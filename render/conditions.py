"""The conditions by which tasks are chosen, each with the words that tell how it went. Pure.

A name that is nobody's is refused with the nearest one, whatever the other conditions leave: it is a slip of the pen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from render.catalog.likeness import is_one_slip, most_alike
from render.errors import UsageError
from render.records import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from render.records import Attempt, PlannedTask

_NAMED = 5
_FAILED = {Status.FAILED, Status.LOST}


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known beside a plan."""

    #: full model id by alias
    aliases: Mapping[str, str] = field(default_factory=dict)
    #: every recorded attempt that counts, oldest first
    attempts: Sequence[Attempt] = ()

    def full_id(self, name: str) -> str:
        """The full id of a model, however it was named."""
        return self.aliases.get(name, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One condition as it was typed, and what the tasks are where it is not met."""

    option: str
    holds: Callable[[PlannedTask], bool]
    #: says of tasks that do not meet it what they are instead
    instead: Callable[[Iterable[PlannedTask]], str]


def named(patterns: Sequence[str], tasks: Sequence[PlannedTask]) -> Condition:
    """A task key, a shot, or a pattern over both.

    Raises:
        UsageError: one of them names nothing.
    """
    for pattern in patterns:
        if not any(_is_named(planned, pattern) for planned in tasks):
            made = dict.fromkeys(planned.task.shot for planned in tasks if planned.task.shot.startswith(f"{pattern}."))
            if made:
                hint = f"its axes make {len(made)} shots of it; `--only '{pattern}.*'` names them all"
                raise UsageError(f"no task and no shot is called {pattern}", hint=hint)
            names = (name for planned in tasks for name in (planned.task.key, planned.task.shot))
            raise _nobodys(f"no task and no shot is called {pattern}", pattern, names)
    return Condition(
        option=_typed("--only", patterns),
        holds=lambda planned: any(_is_named(planned, pattern) for pattern in patterns),
        instead=lambda left: f"they are of {_listed(planned.task.shot for planned in left)}",
    )


def _is_named(planned: PlannedTask, pattern: str) -> bool:
    names = (planned.task.key, planned.task.shot)
    return pattern in names or any(fnmatchcase(name, pattern) for name in names)


def tagged(tags: Sequence[str], tasks: Sequence[PlannedTask]) -> Condition:
    """One of these tags.

    Raises:
        UsageError: a tag is on no task.
    """
    known = _tags(tasks)
    for tag in tags:
        if tag not in known:
            raise _nobodys(f"--tag: no task has the tag {tag}", tag, known, nothing="no task has a tag")
    return Condition(
        option=_typed("--tag", tags),
        holds=lambda planned: not _no_tag_of(tags, planned),
        instead=_told_tags,
    )


def not_tagged(tags: Sequence[str], tasks: Sequence[PlannedTask]) -> Condition:
    """None of these tags. One that is on no task at all may be for later, unless it is a slip away from one that is.

    Raises:
        UsageError: a tag is nearly that of a task.
    """
    known = _tags(tasks)
    for tag in tags:
        if tag not in known and any(is_one_slip(tag, other) for other in known):
            raise _nobodys(f"--not-tag: no task has the tag {tag}", tag, known)
    return Condition(
        option=_typed("--not-tag", tags),
        holds=lambda planned: _no_tag_of(tags, planned),
        instead=_told_tags,
    )


def _no_tag_of(tags: Sequence[str], planned: PlannedTask) -> bool:
    return not any(tag in tags for tag in planned.task.tags)


def _tags(tasks: Iterable[PlannedTask]) -> dict[str, None]:
    return dict.fromkeys(tag for planned in tasks for tag in planned.task.tags)


def _told_tags(left: Iterable[PlannedTask]) -> str:
    tags = _tags(left)
    return f"they are tagged {_listed(tags)}" if tags else "they have no tags"


def of_models(models: Sequence[str], tasks: Sequence[PlannedTask], known: Known) -> Condition:
    """One of these models, each by an alias or its full id.

    Raises:
        UsageError: no task is of one of them.
    """
    used = {planned.task.model for planned in tasks}
    names = [*(alias for alias, full_id in known.aliases.items() if full_id in used), *sorted(used)]
    for model in models:
        if known.full_id(model) not in used:
            raise _nobodys(f"--model: no task is of the model {model}", model, names)
    wanted = {known.full_id(model) for model in models}
    return Condition(
        option=_typed("--model", models),
        holds=lambda planned: planned.task.model in wanted,
        instead=lambda left: f"they are of {_listed(planned.task.model for planned in left)}",
    )


def of_providers(providers: Sequence[str], tasks: Sequence[PlannedTask]) -> Condition:
    """One of these providers or lanes; a provider stands for all lanes to it.

    Raises:
        UsageError: no task is for one of them.
    """
    used = dict.fromkeys(name for planned in tasks for name in (planned.task.lane, planned.task.provider))
    for provider in providers:
        if provider not in used:
            raise _nobodys(f"--provider: no task is for {provider}", provider, used)
    return Condition(
        option=_typed("--provider", providers),
        holds=lambda planned: planned.task.provider in providers or planned.task.lane in providers,
        instead=lambda left: f"they are for {_listed(planned.task.lane for planned in left)}",
    )


def failed(attempts: Sequence[Attempt]) -> Condition:
    """Refused or failed at the provider, lost or held the last time, also where the shot was edited since."""
    last = {attempt.task_key: attempt for attempt in attempts}

    def holds(planned: PlannedTask) -> bool:
        attempt = planned.attempt or last.get(planned.task.key)
        return attempt is not None and (attempt.status in _FAILED or attempt.error_kind == "held")

    hint = "nothing of them failed, was lost or is held; `render status` says how each stands"
    return Condition(option="--failed", holds=holds, instead=lambda _: hint)


def emptied(condition: Condition, left: Sequence[PlannedTask], before: Sequence[Condition]) -> UsageError:
    """Say which condition left nothing, of what, and what that was instead."""
    if not left:
        return UsageError("nothing is selected: there is no task", hint="no shot is enabled")
    number = f"the {len(left)} tasks" if len(left) > 1 else "the one task"
    narrowed = f" that {' '.join(each.option for each in before)} left" if before else ""
    message = f"nothing is selected: {condition.option} leaves none of {number}{narrowed}"
    return UsageError(message, hint=condition.instead(left))


def _nobodys(message: str, name: str, known: Iterable[str], *, nothing: str = "no shot is enabled") -> UsageError:
    near = most_alike(name, known=list(dict.fromkeys(known)), count=1)
    return UsageError(message, hint=f"did you mean {near[0]}?" if near else nothing)


def _typed(option: str, values: Iterable[str]) -> str:
    return " ".join(f"{option} {value}" for value in values)


def _listed(names: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - _NAMED} more" if len(distinct) > _NAMED else ""
    return f"{', '.join(distinct[:_NAMED])}{more}"
