"""What every driver shares: its arguments, its tasks, and how it tells what its client returned or raised.

Runs inside a client's own virtual environment, so it knows nothing of renderline.
"""

import argparse
import asyncio
import json
import sys

VIDEO_MODEL = "runware:210@1"
GENERAL_MODEL = "klingai:3@2"
IMAGE_MODEL = "runware:kandinsky-5.0-image-lite@1"
CLIP = {"positivePrompt": "a dragon above a mountain", "width": 512, "height": 512, "duration": 5, "steps": 4}
PICTURE = {"positivePrompt": "a dragon above a mountain", "width": 1024, "height": 1024, "steps": 10}
#: one pixel
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/qyTzkAAAAABJRU5ErkJggg=="
MANY = 6
#: a prompt that the server was told to let fail
MUST_FAIL = "a render that must fail"
#: a task of which the second result fails
HALF_FAILS = {
    "positivePrompt": "a render of which half is lost",
    "taskUUID": "00000000-0000-4000-8000-000000000005",
    "numberResults": 2,
}


def result(item):
    """One result in the same words for every client: those of Runware's API, None where there is nothing."""
    read = item.get if isinstance(item, dict) else lambda name: getattr(item, name, None)
    found = {
        "id": read("videoUUID") or read("imageUUID"),
        "url": read("videoURL") or read("imageURL"),
        "data": read("imageBase64Data"),
        "cost": read("cost"),
        "seed": read("seed"),
    }
    return {name: value for name, value in found.items() if value is not None}


def failure(error):
    """An exception as data: its class, its text, and what the client made of the provider's words."""
    told = {"raised": type(error).__name__, "message": str(error)[:300]}
    words = getattr(error, "error_data", None) or {}
    for name in ("code", "parameter", "status_code", "retryable"):
        value = getattr(error, name, words.get(name))
        if value is not None:
            told[name] = value
    return told


def drive(scenarios):
    """Run the one scenario that the command line names, and print what came of it as one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True, help="127.0.0.1:PORT")
    parser.add_argument("--key", required=True)
    parser.add_argument("--transport", default="")
    parser.add_argument("scenario", choices=sorted(scenarios))
    options = parser.parse_args()
    try:
        told = asyncio.run(scenarios[options.scenario](options))
    except Exception as error:  # noqa: BLE001 - whatever a client raises is what is looked at
        told = failure(error)
    sys.stdout.write(json.dumps(told) + "\n")
