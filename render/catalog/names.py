"""The words of a manifest for what can be asked for: one vocabulary for all providers.

Decides which name is ours, which belongs to the runner, and which is a provider's spelling of ours. Knows nothing of
values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from render.catalog.spec import ModelSpec, Param

#: whose API a model is rendered through
PROVIDERS = ("aimlapi", "runware")

#: Every parameter name of the manifest language, in the order in which documents list them. A model may add its own.
VOCABULARY: tuple[str, ...] = (
    "prompt",
    "negative_prompt",
    "width",
    "height",
    "aspect_ratio",
    "duration",
    "fps",
    "seed",
    "steps",
    "scheduler",
    "cfg_scale",
    "output_format",
    "output_quality",
    "safety",
    "ttl",
    "upload_endpoint",
    "webhook_url",
    "accelerator_options",
    "acceleration",
    "lora",
    "frame_images",
    "reference_images",
    "reference_videos",
    "input_audios",
    "speech",
    "advanced_features",
    "provider_settings",
)

#: Of those, the ones that may stand in files of their own: `prompt: {file: prompts/fog.txt}`.
TEXTS: tuple[str, ...] = ("prompt", "negative_prompt")

#: Those that say where a result is sent beside coming home; `${env.NAME}` is read in them alone.
ADDRESSES: tuple[str, ...] = ("upload_endpoint", "webhook_url")

_OWNED = {
    ("taskType", "task_type"): "leave it out: the model decides the type of task",
    ("taskUUID", "task_uuid"): "leave it out: each attempt gets its own id, kept in the record",
    ("numberResults", "number_results"): "use `takes: N`: each take is a purchase of its own",
    ("includeCost", "include_cost"): "leave it out: the cost is always asked for and recorded",
    ("deliveryMethod", "delivery_method"): "leave it out: results are fetched when they are ready",
    ("outputType", "output_type"): "leave it out: results always come as files",
}

#: Fields the runner fills in, in the provider's spelling and in ours, and what to do instead.
RUNNER_OWNED: Mapping[str, str] = {name: hint for names, hint in _OWNED.items() for name in names}


def our_name_for(spelling: str, *, specs: Iterable[ModelSpec]) -> str | None:
    """The name in `specs` that a provider spells like this, ignoring case (`CFGScale` -> `cfg_scale`); None where none.

    A name that is ours already is nobody else's spelling, so it gives None.
    """
    wanted = spelling.casefold()
    for param in _every_param(specs):
        if spelling == param.name:
            return None
        if wanted in {param.wire.casefold(), param.name.replace("_", "")}:
            return param.name
    return None


def _every_param(specs: Iterable[ModelSpec]) -> Iterator[Param]:
    for spec in specs:
        for param in spec.params:
            yield param
            yield from param.fields
