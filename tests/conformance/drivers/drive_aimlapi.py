"""Drives `aimlapi-sdk-python` through one scenario."""

import asyncio

from aimlapi import AsyncAIMLAPI
from spoken import MANY, MUST_FAIL, drive

MODEL = "sber-ai/kandinsky5-distill-t2v"
_POLL_EVERY_S = 0.5


def client(options):
    return AsyncAIMLAPI(api_key=options.key, base_url=f"http://{options.host}/v1")


async def one(made, **changes):
    wanted = {"model": MODEL, "prompt": "a dragon above a mountain", "poll_interval": _POLL_EVERY_S, **changes}
    return await made.videos.generate_with_polling(**wanted)


def read(job):
    """One finished generation in the words of the other drivers; this client returns a failed one like any other."""
    if job["status"] == "error":
        return {"failed": job["error"]["name"]}
    return {"id": job["id"], "url": job["video"]["url"], "cost": job["meta"]["usage"]["credits_used"] / 2_000_000}


async def told(options, *, count=1, **changes):
    async with client(options) as made:
        jobs = await asyncio.gather(*(one(made, **changes) for _ in range(count)))
        return {"results": [read(job) for job in jobs]}


async def whole(options):
    async with client(options) as made:
        body = await one(made, return_bytes=True)
        return {"results": [{"bytes": len(body), "begins": body[:16].hex()}]}


drive({
    "video": told,
    "video-bytes": whole,
    "many": lambda options: told(options, count=MANY),
    "invalid": lambda options: told(options, aspect_ratio="4:3"),
    "wrong-key": told,
    "failed": lambda options: told(options, prompt=MUST_FAIL),
    "busy": told,
    "lost-ack": told,
    "lost-poll": told,
})  # fmt: skip
