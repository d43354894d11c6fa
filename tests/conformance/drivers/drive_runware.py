"""Drives `runware`, over WebSocket, through one scenario."""

import asyncio
import base64
import os
import tempfile
from pathlib import Path

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

# The client's own defaults make one clip take half a minute: it waits 30 s for an answer that has already come.
os.environ.setdefault("RUNWARE_VIDEO_INITIAL_TIMEOUT", "1000")
os.environ.setdefault("RUNWARE_VIDEO_POLLING_DELAY", "1000")
os.environ.setdefault("RUNWARE_IMAGE_INITIAL_TIMEOUT", "1000")
os.environ.setdefault("RUNWARE_IMAGE_POLLING_DELAY", "1000")
# the client reads them once, when it is imported
from runware import IFrameImage, IImageInference, IVideoInference, Runware

_CONNECT_WITHIN_S = 10
_REFUSED_WITHIN_S = 20


async def with_client(options, work):
    client = Runware(api_key=options.key, url=f"ws://{options.host}/v1")
    try:
        await asyncio.wait_for(client.connect(), _CONNECT_WITHIN_S)
        return await work(client)
    finally:
        await asyncio.wait_for(client.disconnect(), _CONNECT_WITHIN_S)


def clip(**changes):
    return IVideoInference(**{"model": VIDEO_MODEL, "includeCost": True, "numberResults": 1, **CLIP, **changes})


def picture(**changes):
    return IImageInference(**{"model": IMAGE_MODEL, "includeCost": True, "numberResults": 1, **PICTURE, **changes})


async def ask(client, task):
    call = client.videoInference if isinstance(task, IVideoInference) else client.imageInference
    answer = await call(task)
    if isinstance(answer, list):
        return [result(item) for item in answer]
    # accepted: this client leaves the asking to its user
    return [result(item) for item in await client.getResponse(answer.taskUUID, task.numberResults)]


async def told(options, *tasks):
    async def work(client):
        found = await asyncio.gather(*(ask(client, task) for task in tasks))
        return {"results": [item for items in found for item in items]}

    return await with_client(options, work)


async def upload(options):
    async def work(client):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.png"
            path.write_bytes(base64.b64decode(PNG))
            stored, image = await client.uploadMedia(str(path)), await client.uploadImage(str(path))
        frames = [IFrameImage(inputImage=stored.mediaUUID, frame="first")]
        task = clip(model=GENERAL_MODEL, duration=1, steps=10, frameImages=frames)
        return {"uploaded": bool(stored.mediaUUID and image.imageURL), "results": await ask(client, task)}

    return await with_client(options, work)


async def details(options):
    async def work(client):
        task_id = "7c1f9a52-6c3d-4b0e-9d63-2f4f1d0c8a11"
        results = await ask(client, picture(taskUUID=task_id, seed=7))
        found = await client.getTaskDetails(task_id)
        request = found.request[0] if isinstance(found.request, list) else found.request
        return {"asked_seed": request.seed, "results": results}

    return await with_client(options, work)


drive({
    "video": lambda options: told(options, clip()),
    "video-two": lambda options: told(options, clip(numberResults=2)),
    "image": lambda options: told(options, picture()),
    "image-three": lambda options: told(options, picture(numberResults=3, outputFormat="PNG")),
    "image-sync": lambda options: told(options, picture(deliveryMethod="sync")),
    "image-data": lambda options: told(options, picture(outputType="base64Data")),
    "many": lambda options: told(options, *(picture(seed=number + 1) for number in range(MANY))),
    "invalid": lambda options: told(options, clip(width=592)),
    "wrong-key": lambda options: asyncio.wait_for(told(options, clip()), _REFUSED_WITHIN_S),
    "failed": lambda options: told(options, clip(positivePrompt=MUST_FAIL)),
    "half-failed": lambda options: told(options, clip(**HALF_FAILS)),
    "lost-ack": lambda options: told(options, clip()),
    "lost-poll": lambda options: told(options, clip()),
    "upload": upload,
    "details": details,
})  # fmt: skip
