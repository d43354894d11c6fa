"""What the scripted server's archive says about one task: its latest answer, as the real one keeps it."""

from aiohttp import web


async def from_orders(moment):
    """Know every task that was bought, and tell no file of it."""
    document, status = _answer(moment, known=moment.remote_ids[0] in moment.script.orders)
    return web.json_response(document, status=status)


def with_link(link):
    """Know the task, and tell a finished file."""

    async def step(moment):
        about = {"taskType": "imageInference", "taskUUID": moment.remote_ids[0]}
        done = {"status": "success", "imageUUID": "archived", "imageURL": link, "cost": 0.5}
        return web.json_response(_answer(moment, known=True, told={**about, **done})[0])

    return step


async def unknown(moment):
    """Know nothing."""
    document, status = _answer(moment, known=False)
    return web.json_response(document, status=status)


def _answer(moment, *, known, told=None):
    about = {"taskType": "getTaskDetails", "taskUUID": moment.remote_ids[0]}
    if not known:
        return {"data": [], "errors": [{**about, "code": "taskNotFound", "message": "no such task"}]}, 404
    return {"data": [{**about, "request": [], "response": {"data": [told] if told else []}}]}, 200
