"""Drives `runware-sdk`, over WebSocket or HTTP, through one scenario."""

import asyncio
from contextlib import asynccontextmanager

from runware import Runware
from spoken import (
    CLIP,
    GENERAL_MODEL,
    HALF_FAILS,
    IMAGE_MODEL,
    MANY,
    MUST_FAIL,
    PICTURE,
    PNG,
    VIDEO_MODEL,
    drive,
    result,
)

#: the one setting that is not the client's own: it waits a fifth as long before it sends again
_RETRY_DELAY_MS = 200


@asynccontextmanager
async def client(options):
    address = (
        {"ws_base_url": f"ws://{options.host}/v1"}
        if options.transport == "websocket"
        else {"http_base_url": f"http://{options.host}/v1"}
    )
    made = Runware(api_key=options.key, transport=options.transport, retry_delay=_RETRY_DELAY_MS, **address)
    try:
        await made.connect()
        yield made
    finally:
        await made.close()


async def told(options, *tasks):
    async with client(options) as made:
        found = await asyncio.gather(*(made.run(task) for task in tasks))
        return {"results": [result(item) for items in found for item in items]}


def clip(**changes):
    # the client no longer knows this model, so it has to be told the type of task
    return {"taskType": "videoInference", "model": VIDEO_MODEL, "includeCost": True, **CLIP, **changes}


def picture(**changes):
    return {"taskType": "imageInference", "model": IMAGE_MODEL, "includeCost": True, **PICTURE, **changes}


async def upload(options):
    async with client(options) as made:
        (stored,) = await made.media_storage({"operation": "upload", "media": f"data:image/png;base64,{PNG}"})
        frames = [{"inputImage": stored["mediaUUID"], "frame": "first"}]
        task = {**clip(model=GENERAL_MODEL, duration=1, steps=10, frameImages=frames)}
        return {"uploaded": bool(stored.get("mediaURL")), "results": [result(item) for item in await made.run(task)]}


async def details(options):
    async with client(options) as made:
        task_id = "7c1f9a52-6c3d-4b0e-9d63-2f4f1d0c8a11"
        results = await made.run(picture(taskUUID=task_id, seed=7))
        (found,) = await made.get_task_details({"taskUUID": task_id})
        request = found["request"][0] if isinstance(found["request"], list) else found["request"]
        return {"asked_seed": request["seed"], "results": [result(item) for item in results]}


async def account(options):
    async with client(options) as made:
        (found,) = await made.account_management({"operation": "getDetails"})
        return {"has_balance": "balance" in found, "results": []}


drive({
    "video": lambda options: told(options, clip()),
    "video-two": lambda options: told(options, clip(numberResults=2)),
    "image": lambda options: told(options, picture()),
    "image-three": lambda options: told(options, picture(numberResults=3, outputFormat="PNG")),
    "image-sync": lambda options: told(options, picture(deliveryMethod="sync")),
    "image-data": lambda options: told(options, picture(outputType="base64Data")),
    "many": lambda options: told(options, *(picture(seed=number + 1) for number in range(MANY))),
    "invalid": lambda options: told(options, clip(width=592)),
    "wrong-key": lambda options: told(options, clip()),
    "failed": lambda options: told(options, clip(positivePrompt=MUST_FAIL)),
    "half-failed": lambda options: told(options, clip(**HALF_FAILS)),
    "busy": lambda options: told(options, clip()),
    "lost-ack": lambda options: told(options, clip()),
    "lost-poll": lambda options: told(options, clip()),
    "upload": upload,
    "details": details,
    "account": account,
})  # fmt: skip
