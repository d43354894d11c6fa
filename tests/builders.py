"""Records for tests: valid as they are, each differing from another only in what a test names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from render.catalog.spec import Kind, ModelSpec, Param
from render.fingerprint import fingerprint
from render.lanes import LaneFacts
from render.records import Action, Artifact, Attempt, Measured, PlannedTask, Snapshot, Status
from render.wish import Manifest, Shot, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

MOMENT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ENDPOINT = "https://api.example.test/v1"
LANES = {
    "ours": LaneFacts(kind="ours", endpoint=ENDPOINT, ids_are_ours=True),
    "theirs": LaneFacts(kind="theirs", endpoint=ENDPOINT, ids_are_ours=False),
    "logged": LaneFacts(kind="logged", endpoint=ENDPOINT, ids_are_ours=False, adopts_from_log=True),
}

PROMPT = Param(name="prompt", wire="positivePrompt", kind=Kind.STRING, required=True)
WIDTH = Param(name="width", wire="width", kind=Kind.INTEGER, unit="px")
HEIGHT = Param(name="height", wire="height", kind=Kind.INTEGER, unit="px")
DURATION = Param(name="duration", wire="duration", kind=Kind.NUMBER, unit="s")
SEED = Param(name="seed", wire="seed", kind=Kind.INTEGER)
STEPS = Param(name="steps", wire="steps", kind=Kind.INTEGER, default=50, unit="steps")
GUIDANCE = Param(name="cfg_scale", wire="CFGScale", kind=Kind.NUMBER, default=5)
LIFETIME = Param(name="ttl", wire="ttl", kind=Kind.INTEGER, unit="s", is_delivery=True)
SPEED = Param(
    name="accelerator_options",
    wire="acceleratorOptions",
    kind=Kind.OBJECT,
    fields=(
        Param(name="tea_cache", wire="teaCache", kind=Kind.BOOLEAN, default=False),
        Param(name="tea_cache_distance", wire="teaCacheDistance", kind=Kind.NUMBER, default=0.5),
    ),
)
LORA = Param(
    name="lora",
    wire="lora",
    kind=Kind.LIST,
    fields=(
        Param(name="model", wire="model", kind=Kind.STRING, required=True),
        Param(name="weight", wire="weight", kind=Kind.NUMBER, default=1),
    ),
)
ANYTHING = Param(name="provider_settings", wire="providerSettings", kind=Kind.OBJECT, is_open=True)


def a_spec(**changes: Any) -> ModelSpec:
    """A video model of the provider `ours` with a parameter of every kind."""
    spec = ModelSpec(
        id="acme:film@1",
        name="Film",
        aliases=("film",),
        provider="ours",
        task="videoInference",
        medium="video",
        source="a test",
        checked="2026-11-21",
        params=(PROMPT, WIDTH, HEIGHT, DURATION, SEED, STEPS, GUIDANCE, LIFETIME, SPEED, LORA, ANYTHING),
        fps=24,
        extensions={"MP4": "mp4"},
    )
    return replace(spec, **changes)


SPEC = a_spec()
SPEC_OF_THEIRS = a_spec(id="acme/film", aliases=("their-film",), provider="theirs")
SPEC_OF_LOGGED = a_spec(id="acme/logged", aliases=("logged-film",), provider="logged")
SPECS = {spec.id: spec for spec in (SPEC, SPEC_OF_THEIRS, SPEC_OF_LOGGED)}


def a_shot(**changes: Any) -> Shot:
    """An enabled shot of one take."""
    shot = Shot(
        id="sq010",
        model=SPEC.id,
        lane="ours",
        params={"prompt": "fog over a lake"},
        variables={},
        tags=(),
        enabled=True,
        takes=1,
        output="{shot}/{shot}_t{take:02d}.{ext}",
    )
    return replace(shot, **changes)


def a_manifest(*shots: Shot) -> Manifest:
    """A manifest of these shots."""
    return Manifest(path="film.shots.yaml", project="lantern", shots=shots)


def a_task(**changes: Any) -> Task:
    """The first take of a shot; its path follows the shot, and its lane the provider."""
    shot, take = changes.get("shot", "sq010"), changes.get("take", 1)
    task = Task(
        key=f"{shot}.t{take:02d}",
        shot=shot,
        take=take,
        model=SPEC.id,
        provider="ours",
        lane=changes.get("provider", "ours"),
        params={"prompt": "fog over a lake", "width": 768, "height": 512, "duration": 5},
        path=f"{shot}/{shot}_t{take:02d}.mp4",
    )
    return replace(task, **changes)


def an_attempt(task: Task | None = None, **changes: Any) -> Attempt:
    """A saved attempt at `task`, with the fingerprint of what it asks for."""
    wish = task or a_task()
    spec, identity = SPECS[wish.model], changes.get("id", f"attempt-{wish.key}")
    attempt = Attempt(
        id=identity,
        task_key=wish.key,
        fingerprint=fingerprint(wish.params, spec=spec, model=wish.model, take=wish.take),
        number=1,
        status=Status.SAVED,
        shot=wish.shot,
        take=wish.take,
        provider=wish.provider,
        lane=changes.get("provider", wish.lane),
        model=wish.model,
        params=wish.params,
        path=wish.path,
        request={},
        endpoint=ENDPOINT,
        remote_id=identity,
        run_id="run-1",
        prepared_at=MOMENT,
    )
    return replace(attempt, **changes)


def an_artifact(attempt: Attempt, **changes: Any) -> Artifact:
    """The file of `attempt`, where the attempt wanted it."""
    artifact = Artifact(
        attempt_id=attempt.id,
        path=attempt.path,
        sha256="0" * 64,
        size_bytes=1000,
        measured=Measured(media_type="video/mp4"),
    )
    return replace(artifact, **changes)


def a_snapshot(attempts: Iterable[Attempt] = (), artifacts: Iterable[Artifact] = (), **changes: Any) -> Snapshot:
    """The record of these attempts and artifacts, every file of them present."""
    files = tuple(artifacts)
    snapshot = Snapshot(
        attempts=tuple(attempts),
        artifacts={artifact.attempt_id: artifact for artifact in files},
        present=frozenset(artifact.path for artifact in files),
    )
    return replace(snapshot, **changes)


def a_planned(**changes: Any) -> PlannedTask:
    """A new task that will be bought."""
    planned = PlannedTask(task=a_task(), fingerprint="0" * 64, action=Action.SUBMIT, reason="new")
    return replace(planned, **changes)
