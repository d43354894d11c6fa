"""The recorded exchanges, and small specs to translate with."""

import json
from pathlib import Path

from render.catalog.spec import Kind, ModelSpec, Param
from render.providers.protocol import Reply

_WIRE = Path(__file__).parent.parent / "wire"

VIDEO = ModelSpec(
    id="runware:210@1",
    name="a video model",
    aliases=(),
    provider="runware",
    task="videoInference",
    medium="video",
    source="a page",
    checked="2026-11-01",
    params=(
        Param(name="prompt", wire="positivePrompt", kind=Kind.STRING),
        Param(name="negative_prompt", wire="negativePrompt", kind=Kind.STRING),
        Param(name="width", wire="width", kind=Kind.INTEGER),
        Param(name="height", wire="height", kind=Kind.INTEGER),
        Param(name="duration", wire="duration", kind=Kind.NUMBER),
        Param(name="seed", wire="seed", kind=Kind.INTEGER),
        Param(name="steps", wire="steps", kind=Kind.INTEGER, default=20),
        Param(name="cfg_scale", wire="CFGScale", kind=Kind.NUMBER),
        Param(
            name="accelerator_options",
            wire="acceleratorOptions",
            kind=Kind.OBJECT,
            fields=(Param(name="tea_cache", wire="teaCache", kind=Kind.BOOLEAN),),
        ),
        Param(
            name="lora",
            wire="lora",
            kind=Kind.LIST,
            fields=(
                Param(name="model", wire="model", kind=Kind.STRING),
                Param(name="weight", wire="weight", kind=Kind.NUMBER),
            ),
        ),
        Param(name="advanced_features", wire="advancedFeatures", kind=Kind.OBJECT, is_open=True),
    ),
)
CLIP = ModelSpec(
    id="sber-ai/kandinsky5-distill-t2v",
    name="a clip model",
    aliases=(),
    provider="aimlapi",
    task="",
    medium="video",
    source="a page",
    checked="2026-11-01",
    params=(
        Param(name="prompt", wire="prompt", kind=Kind.STRING),
        Param(name="aspect_ratio", wire="aspect_ratio", kind=Kind.STRING),
        Param(name="duration", wire="duration", kind=Kind.INTEGER),
        Param(name="steps", wire="num_inference_steps", kind=Kind.INTEGER, default=30),
    ),
)


def exchange(name):
    """`runware/video-submit` -> the document."""
    return json.loads((_WIRE / f"{name}.json").read_text())


def recorded(name, part="response"):
    response = exchange(name)[part]
    return a_reply(response["body"], status=response["status"])


def a_reply(body, *, status=200, retry_after_s=None):
    """Build a reply; `body` is bytes, or anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    return Reply(status=status, headers=headers, body=content, retry_after_s=retry_after_s)
