"""What is not known of the two services, or is contested: one switch each, with the default this server chose.

A switch changes how the server speaks, never what it sells. Every value can be set in the file of `render serve
--config`, under `switches: runware:` and `switches: aimlapi:`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class RunwareSwitches:
    """Open questions about Runware. Source of the contradictions: its pages and its clients, read 2026-11-20."""

    #: where a render that failed is told: among `errors`, or as an item of `data` with the status `error`
    error_in_data: bool = False
    #: what is pushed to a webhook: an envelope with `data` or `errors`, or the bare item
    webhook_envelope: Literal["wrapped", "flat"] = "wrapped"
    #: how often a webhook that cannot be delivered is tried
    webhook_attempts: int = 6
    #: how often each delivered webhook is sent; more than 1 for clients that must bear duplicates
    webhook_copies: int = 1
    #: what a failed PUT to an `uploadEndpoint` does: nothing that a client sees, or the result fails
    upload_failure: Literal["silent", "error"] = "silent"
    #: several results and one `uploadEndpoint`: each is sent there, over the last one, or only the first is sent
    upload_results: Literal["each", "first"] = "each"
    #: `progress` of a running task: the share of its time that has passed, not told, or 1 until the end
    progress: Literal["linear", "none", "stuck"] = "linear"
    #: an id that is asked after and not known: an empty answer as for a running task, or `taskNotFound` with 404
    unknown_id: Literal["running", "not_found"] = "running"
    #: seconds after its end during which a result is told; None for ever. Later, its id is unknown
    retention_s: float | None = None
    #: the status where some paid tasks of an array were accepted and others refused
    mixed_submit_status: int = 200
    #: how long an id is taken: for ever, until its task has ended, or until it has failed; it can be sold again then
    conflict_window: Literal["forever", "running", "unless_failed"] = "forever"
    conflict_status: Literal[400, 409] = 400
    #: how many tasks an array may hold; None for any number
    max_tasks: int | None = None
    #: whether several `getResponse` in one array are answered
    poll_arrays: bool = True
    #: seconds in the header `Retry-After` of what is refused for now; none is documented
    retry_after: float | None = None
    #: more unfinished tasks than that are refused with 429; None for no limit
    queue_limit: int | None = None
    rate_limit_code: str = "rateLimitExceeded"
    credit_code: str = "insufficientCredits"
    #: the status of a synchronous request that takes too long, and whether it tells an error or acknowledges
    sync_timeout_status: int = 504
    sync_timeout_reply: Literal["error", "acknowledgement"] = "error"
    #: what a dry run answers: an acknowledgement with the price, or nothing
    dry_run_reply: Literal["price", "nothing"] = "price"
    #: how an image task names pictures: not at all, in `inputs.referenceImages`, or in `referenceImages`
    image_input: Literal["none", "inputs", "flat"] = "none"
    #: whether the model `runware:210@1` is still served
    serves_kandinsky_lite: bool = True
    #: whether asynchronous results are pushed to the socket that asked for them, besides being told when polled
    push_async: bool = True
    #: how a WebSocket is told that its key is wrong; `legacy` is the form of years ago
    socket_refusal: Literal["errors", "legacy"] = "errors"
    #: the balance of an account: a number in the pages, an object in a client's types
    balance: Literal["number", "object"] = "number"
    #: `data` of an `imageUpload`: a list as everywhere else, or an object as in the page's sample
    upload_data: Literal["list", "object"] = "list"
    #: seconds after which a file is gone whose task named no `ttl`; about 30 days is reported, None is for ever
    file_ttl_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AimlSwitches:
    """Open questions about AI/ML API. Source of the contradictions: its published pages, read 2026-11-20."""

    #: the schema of both Kandinsky models says 200, those of sibling models say 201
    submit_status: Literal[200, 201] = 200
    #: `statusCode` in an error: a number in a recorded reply, a string in the page's sample
    status_code: Literal["number", "string"] = "number"
    #: `modern`: queued and generating; `legacy`: the words before April 2026, waiting and active
    words: Literal["modern", "legacy"] = "modern"
    #: an id that was never given out: 404, 400, or a generation that stays queued for ever
    unknown_id: Literal["404", "400", "queued"] = "404"
    #: `envelope`: the older body; `problem`: `application/problem+json` of newer pages
    errors: Literal["envelope", "problem"] = "envelope"
    #: seconds in the header `Retry-After` of a 429; none is documented
    retry_after: float | None = None
    #: seconds after its end for which a generation is told; None for ever. Nothing is published
    retention_s: float | None = None
    #: seconds after which a file is gone; None for never. Nothing is published
    file_ttl_s: float | None = None
    #: how many generations may be open at once before a submission is answered 429; None for any number
    most_open: int | None = None
    #: the most inference steps that are taken; None for any number. The schema says "an integer"
    most_steps: int | None = None
    #: a member that the schema does not name: refused as the schema demands, or passed over
    unknown_members: Literal["refused", "ignored"] = "refused"
    #: width and height of a clip of aspect ratio 1:1, and of 2:3; neither is published
    square_px: tuple[int, int] = (512, 512)
    upright_px: tuple[int, int] = (512, 768)
    #: whether a video in a finished generation also names its media type, file name and size
    video_extras: bool = False
    #: from when on a generation stands in the usage log: when it was accepted, or when it has ended
    log_rows: Literal["accepted", "ended"] = "accepted"
    #: seconds until a row can be read in the usage log; unknown, and not 0, so that nobody trusts an empty log at once
    log_lag_s: float = 1.0
    #: how many requests for the usage log are answered in a minute
    log_requests_per_minute: int = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Switches:
    """The switches of both services."""

    runware: RunwareSwitches = field(default_factory=RunwareSwitches)
    aimlapi: AimlSwitches = field(default_factory=AimlSwitches)
