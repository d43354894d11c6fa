"""The contract between the runner and a provider: the records that pass between them, and one Protocol.

A provider translates and decides nothing else: our words into a Call, a Reply into our records or one of our errors.
It has no clock, no network and no key; `wire` sends the Call, adds the key, and bounds the Reply.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from render.catalog.spec import ModelSpec
    from render.errors import ProviderError


#: stands in the body of a Call where the bytes of a file are to stand, in base64
ENCLOSURE = "the-enclosed-file"


class Enclosed(Protocol):
    """The bytes of one file, on their way into a Call."""

    @property
    def size_bytes(self) -> int: ...  # noqa: D102 - its length

    def pieces(self) -> AsyncIterator[bytes]:
        """Give them in order; the last piece comes only once all of them are known to be as they should.

        Raises:
            InputChangedError: they are not.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One HTTP request to be sent; its URL is the lane's base URL + `path`."""

    method: str
    path: str
    #: values as they are; the wire percent-encodes everything but letters, digits and `-._~`
    query: Mapping[str, str] = field(default_factory=dict)
    #: sent as JSON; None for no body
    body: Any | None = None
    #: beside the key and what every request carries; never a secret
    headers: Mapping[str, str] = field(default_factory=dict)
    #: what stands in the place of ENCLOSURE in the body, which holds it once
    enclosed: Enclosed | None = None
    #: accepting it costs money, so it must never be sent again blindly
    is_paid: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came back: any status, the whole body, already bounded in size."""

    status: int
    #: by lower-case name
    headers: Mapping[str, str]
    body: bytes
    #: what the reply's Retry-After comes to, read by the wire; None where there is none
    retry_after_s: float | None = None
    #: what nothing may repeat that is kept of it, but links and ids
    hidden: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The provider has our task."""

    remote_id: str
    #: what it says it charged, where it says so this early
    cost_usd: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One finished file at the provider."""

    #: the provider's id for the file; "" where it has none
    result_id: str
    #: may be a signed link: never printed or logged
    url: str
    seed: int | None
    #: None where nothing believable was said; a reported 0 counts as nothing said
    cost_usd: float | None
    is_nsfw: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteState:
    """What one reply says about one remote id. Results, failures and pending work can stand side by side."""

    #: in the order of the reply, each file once
    results: tuple[Result, ...] = ()
    #: a RejectedError will fail again, a TransientError may pass in a new attempt
    failures: tuple[ProviderError, ...] = ()
    #: there may be more to come: still running, unknown there, or not readable yet
    is_pending: bool
    #: per cent
    progress: int | None = None
    #: the provider's own word for the state, or its code for not knowing the id; "" where it said nothing
    word: str = ""
    #: why the link of a finished file can never be followed, in words; "" where none came or it may be
    link_flaw: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What a provider's archive says about one id: a hint for a link or a cost, never a verdict about a render."""

    #: whether the provider has ever had a task of this id
    is_known: bool
    #: a finished file, where the archive names one
    result: Result | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPage:
    """What one page of a usage log says about our ids; one that it does not name may be named later."""

    #: the provider's id, by ours
    remote_ids: Mapping[str, str] = field(default_factory=dict)
    #: whether there are older rows on a further page
    has_more: bool = False


class Provider(Protocol):
    """One provider's API as pure functions.

    Attributes:
        name: also the name of the lane that it always has: `runware`.
        title: as people write it: `Runware`.
        ids_are_ours: a repeated submit under the same id is recognised and not charged again.
        default_base_url: where calls go unless the environment says otherwise.
        poll_batch: how many remote ids one poll may ask for.
        file_hosts: hosts that finished files come from: exact names, or `*.suffix`.
        failures_are_free: a render that was accepted and failed is documented to cost nothing.
        repeat_window_s: how long after an id was made a repeated submit under it is trusted to be recognised, in
            seconds; 0 where `ids_are_ours` is False.
        request_texts: the texts that every request for it holds; what lacks one is none that could be sent.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see Attributes
    @property
    def title(self) -> str: ...  # noqa: D102 - see Attributes
    @property
    def ids_are_ours(self) -> bool: ...  # noqa: D102 - see Attributes
    @property
    def default_base_url(self) -> str: ...  # noqa: D102 - see Attributes
    @property
    def poll_batch(self) -> int: ...  # noqa: D102 - see Attributes
    @property
    def file_hosts(self) -> tuple[str, ...]: ...  # noqa: D102 - see Attributes
    @property
    def failures_are_free(self) -> bool: ...  # noqa: D102 - see Attributes
    @property
    def repeat_window_s(self) -> float: ...  # noqa: D102 - see Attributes
    @property
    def request_texts(self) -> tuple[str, ...]: ...  # noqa: D102 - see Attributes

    def request(self, params: Mapping[str, Any], spec: ModelSpec, *, model_id: str) -> dict[str, Any]:
        """Write what is asked for in the provider's words, without any id.

        Holds what the author gave and the delivery fields that the runner owns; no model defaults.
        """

    def submit(self, request: Mapping[str, Any], *, our_id: str) -> Call:
        """Make the paid call for one request."""

    def read_submit(self, reply: Reply, *, our_id: str) -> Accepted:
        """Read the answer to `submit`.

        Raises:
            TransientError: certainly not accepted; the same call may pass later.
            OutcomeUnknownError: no valid answer about our task; it may have been accepted.
            RejectedError: refused for what it asks; an InputRefusedError where that is one of its inputs.
            AccountError: refused for who asks.
        """

    def upload(self, *, our_id: str, media_type: str) -> Call | None:
        """Make the free call that gives them a file, whose bytes are to be enclosed; None where they keep none."""

    def read_upload(self, reply: Reply, *, our_id: str) -> str:
        """Read the answer to `upload`: what they call the file.

        Raises:
            TransientError: not taken; the same may pass later.
            ReadFailedError: no valid answer.
            RejectedError: this file will not be taken.
            AccountError: refused for who asks.
        """

    def poll(self, remote_ids: Sequence[str]) -> Call:
        """Make the free call that asks how at most `poll_batch` tasks are doing."""

    def read_poll(self, reply: Reply, *, remote_ids: Sequence[str]) -> Mapping[str, RemoteState]:
        """Read the answer to `poll`: one state for every id asked for.

        Raises:
            ReadFailedError: nothing in it is about these ids.
            AccountError: refused for who asks.
        """

    def details(self, remote_id: str) -> Call | None:
        """Make the free call that asks the provider's archive about one task; None where there is no such archive."""

    def read_details(self, reply: Reply, *, remote_id: str) -> Details:
        """Read the answer to `details`.

        Raises:
            ReadFailedError: nothing in it is about this id.
            AccountError: refused for who asks.
        """

    def log_page(self, *, page: int) -> Call | None:
        """Make the free call for one page of the usage log, the newest first, from 1; None where there is no log."""

    def read_log(self, reply: Reply, *, our_ids: Collection[str]) -> LogPage:
        """Read one page of the log: the provider's id for each of `our_ids` that it names beside one render alone.

        Raises:
            ReadFailedError: not a page of a log.
            AccountError: refused for who asks.
        """
