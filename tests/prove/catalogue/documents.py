"""Changes to the JSON of a true answer, for both providers alike: what a finished render says and leaves out."""

import uuid


def finished(change):
    """Apply `change` to the part of a poll that says a render is done; everything else stays."""

    def edit(document):
        if "data" in document:
            data = [change(dict(item)) if item.get("status") == "success" else item for item in document["data"]]
            return {**document, "data": data}
        return change(dict(document)) if document.get("status") == "completed" else document

    return edit


def without(*names):
    """Leave these members out of a finished render; a link by any of its names."""
    return finished(lambda item: {name: value for name, value in item.items() if name not in names})


def with_link(link):
    """Name another file."""

    def change(item):
        if "video" in item:
            return {**item, "video": {"url": link}}
        return {**item, "imageURL": link}

    return finished(change)


def with_members(**members):
    return finished(lambda item: {**item, **members})


def with_cost(cost, credits_used):
    """Say another price in the words of either provider."""
    usage = {"meta": {"usage": {"credits_used": credits_used}}}
    return finished(lambda item: {**item, **(usage if "video" in item else {"cost": cost})})


def still(word):
    """Say of a finished render that it is at some other stage."""

    def change(item):
        kept = {name: value for name, value in item.items() if name not in {"imageURL", "imageUUID", "video"}}
        return {**kept, "status": word}

    return finished(change)


def doubled(document):
    """Say everything twice."""
    return {**document, "data": document["data"] * 2} if "data" in document else document


def with_stranger(document):
    """Add what belongs to somebody else."""
    if "data" not in document:
        return document
    stranger = {"taskType": "imageInference", "taskUUID": str(uuid.uuid4()), "status": "success"}
    stranger |= {"imageUUID": str(uuid.uuid4()), "imageURL": "http://127.0.0.1:9/files/strange.jpg"}
    return {**document, "data": [stranger, *document["data"]]}


def with_strange_error(document):
    """Add an error about somebody else's task."""
    error = {"code": "invalidParameter", "message": "not yours", "taskUUID": str(uuid.uuid4())}
    return {**document, "errors": [error]} if "data" in document else document


def with_nameless_error(document):
    return {**document, "errors": [{"code": "serverError", "message": "something"}]} if "data" in document else document


def of_another(document):
    """Put somebody else's id in the place of every one."""
    if "data" in document:
        return {**document, "data": [{**item, "taskUUID": str(uuid.uuid4())} for item in document["data"]]}
    return {**document, "id": f"{uuid.uuid4()}:sber-ai/kandinsky5-t2v"}


def failed_instead(document):
    """Say of every render that it failed, finished or not."""
    if "data" in document:
        errors = [
            {
                "taskUUID": item["taskUUID"],
                "taskType": item["taskType"],
                "code": "providerError",
                "message": "it failed",
            }
            for item in document["data"]
        ]
        return {"data": [], "errors": errors}
    return {"id": document.get("id"), "status": "error", "error": {"name": "providerError", "message": "it failed"}}


def with_failed_sibling(document):
    """Say of every finished render that one of its results failed, beside the one that did not."""
    done = [item for item in document.get("data", ()) if item.get("status") == "success"]
    errors = [
        {"taskUUID": item["taskUUID"], "code": "providerError", "message": "the second one failed"} for item in done
    ]
    return {**document, "errors": errors} if errors else document


def with_more_results(document):
    """Say of every finished render that there are two files, the second being the same under another id."""
    if "data" not in document:
        return document
    done = [item for item in document["data"] if item.get("status") == "success"]
    return {**document, "data": [*document["data"], *({**item, "imageUUID": str(uuid.uuid4())} for item in done)]}


def nothing(document):
    """Say nothing about anything."""
    return {"data": []} if "data" in document else {}
