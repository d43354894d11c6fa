"""The files that go into the tasks of a run: what stands for each in a request, and whether the provider has it yet.

A small file is written into the request. A larger one is given to the provider first, by a free call of its own; under
which id is durable before any request names it, and from then on every request does, of this run and of later ones.
One task sends it, and all who need it wait for that. What a provider lost is given to it once more in a run.
"""

from __future__ import annotations

import asyncio
import base64
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from render.artifacts.inputs import InputBytes, input_content
from render.catalog.media import digest_of, files_in, replaced
from render.errors import (
    InputChangedError,
    ProviderError,
    ReadFailedError,
    RejectedError,
    StateError,
    TransientError,
)
from render.events import InputGiven, RetryScheduled
from render.records import Upload
from render.retry import next_wait
from render.store import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from render.catalog.spec import ModelSpec
    from render.providers.protocol import Call
    from render.runner.job import Job
    from render.runner.lane import Lane
    from render.wish import InputFile

    #: provider, endpoint, mark of the key, digest
    Place = tuple[str, str, str, str]

#: a file of at most so many bytes stands in the request itself
INLINE_BYTES = 64 * 1024
#: and where the provider keeps no files, so many
MOST_INLINE_BYTES = 4 * 1024 * 1024
#: pictures are documented to be kept for thirty days after they were last used; a good part of that is trusted
LIFE = timedelta(days=20)
_MOST_SENDS = 6
#: what a file that stands in the request begins with
_INLINE = "data:"


class Inputs:
    """What a run knows about its input files."""

    def __init__(self, files: Iterable[InputFile] = (), uploads: Iterable[Upload] = ()) -> None:
        self._files = {file.sha256: file for file in files}
        self._uploads = {_place(upload): upload for upload in uploads if upload.media_id}
        self._turns: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failed: dict[Place, ProviderError | InputChangedError] = {}
        #: what earlier runs gave, and nobody gave anew since
        self._earlier = set(self._uploads)
        #: what was given anew in this run, which is done once
        self._renewed: set[Place] = set()

    async def words_for(self, job: Job, lane: Lane) -> Mapping[str, str]:
        """Return what stands for each file of a job in its request, by digest; what the provider lacks is given to it.

        Raises:
            InputChangedError: one is not as it was read.
            ProviderError: the provider does not take one, or not now.
            StateError: what it is called could not be written down; nothing more may be bought.
        """
        spec = lane.shared.spec_of(job.task.model)
        digests = [str(file["sha256"]) for file in files_in(job.task.params, spec.params if spec else ())]
        return {digest: await self._word_for(digest, job, lane) for digest in dict.fromkeys(digests)}

    def renew(self, job: Job, lane: Lane) -> bool:
        """After a refusal of a job's inputs: say whether other words for them may do better. Once a job."""
        if job.has_renewed:
            return False
        job.has_renewed = True
        # every one of them, for the refusal need not name all
        outcomes = {self._is_replaced(digest, word, lane) for digest, word in job.inputs.items()}
        return True in outcomes

    async def forget(self, job: Job, lane: Lane) -> bool:
        """After a render that failed for its inputs: forget what earlier runs gave, and say whether that is any.

        What this run gave is there, so that its failure lies in the file.
        """
        spec = lane.shared.spec_of(job.task.model)
        files = files_in(job.task.params, spec.params if spec else ())
        earlier = {self._place_of(str(file["sha256"]), lane) for file in files} & self._earlier
        for upload in filter(None, (self._uploads.pop(place, None) for place in earlier)):
            with suppress(StateError):
                await lane.shared.journal.write(Known(upload=replace(upload, media_id="")))
        return bool(earlier)

    def _is_replaced(self, digest: str, word: str, lane: Lane) -> bool:
        place = self._place_of(digest, lane)
        upload = self._uploads.get(place)
        if word.startswith(_INLINE):
            return False
        if upload is None or upload.media_id != word:
            # somebody else has given it to them anew, or is about to
            return True
        if place in self._renewed:
            return False
        self._renewed.add(place)
        del self._uploads[place]
        return True

    async def _word_for(self, digest: str, job: Job, lane: Lane) -> str:
        file = self._files.get(digest)
        if file is None:
            raise InputChangedError("an input of this task is not among the files of the manifest any more")
        keeps_files = self._call(file, lane, our_id="") is not None
        if file.size_bytes <= (INLINE_BYTES if keeps_files else MOST_INLINE_BYTES):
            content = base64.b64encode(await input_content(file)).decode("ascii")
            return f"{_INLINE}{file.media_type};base64,{content}"
        if not keeps_files:
            message = f"{lane.terms.provider.title} keeps no files, and {file.name} is too large to stand in a request"
            raise RejectedError(message, hint="put it where the provider can fetch it, and name its address")
        return await self._media_id(file, job, lane)

    async def _media_id(self, file: InputFile, job: Job, lane: Lane) -> str:
        place = self._place_of(file.sha256, lane)
        async with self._turns[place]:
            upload = self._uploads.get(place)
            if upload is not None and lane.shared.surroundings.now() - upload.uploaded_at < LIFE:
                return upload.media_id
            self._earlier.discard(place)
            if place in self._failed:
                raise self._failed[place]
            try:
                media_id = await self._given(file, job, lane)
            except (ProviderError, InputChangedError) as error:
                self._failed[place] = error
                raise
            made = self._uploads[place] = await self._written_down(place, media_id, lane)
            lane.shared.emit(InputGiven(lane=lane.name, name=file.name, size_bytes=file.size_bytes))
            return made.media_id

    async def _written_down(self, place: Place, media_id: str, lane: Lane) -> Upload:
        provider, endpoint, key_mark, sha256 = place
        upload = Upload(
            provider=provider,
            endpoint=endpoint,
            key_mark=key_mark,
            sha256=sha256,
            media_id=media_id,
            uploaded_at=lane.shared.surroundings.now(),
        )
        await lane.shared.journal.write(Known(upload=upload))
        return upload

    async def _given(self, file: InputFile, job: Job, lane: Lane) -> str:
        """Send a file until the provider has it, under another id each time: one stored twice costs nothing."""
        surroundings, sends = lane.shared.surroundings, 0
        while await lane.may_send(job):
            sends += 1
            try:
                return await self._sent(file, lane)
            except (TransientError, ReadFailedError) as error:
                wait_s = next_wait(error, sends=sends, draw=surroundings.draw()) if sends < _MOST_SENDS else None
                if wait_s is None or not lane.has_patience(job, wait_s):
                    raise
                again = RetryScheduled(
                    key=job.task.key, lane=lane.name, attempt_no=sends, wait_s=wait_s, cause=error.message
                )
                lane.shared.emit(again)
                await surroundings.pause(lane.shared.stop, wait_s)
                await lane.afford_repeat()
        raise TransientError(lane.why_not_sent())

    async def _sent(self, file: InputFile, lane: Lane) -> str:
        provider, our_id, content = lane.terms.provider, lane.shared.surroundings.new_id(), InputBytes(file)
        call = self._call(file, lane, our_id=our_id)
        if call is None:
            raise RejectedError(f"{provider.title} keeps no files")
        try:
            call = replace(call, enclosed=content)
            media_id = await lane.consult(call, lambda reply: provider.read_upload(reply, our_id=our_id))
        except ProviderError:
            # whatever the other side makes of half a body: it ended early because of the file
            if content.trouble is not None:
                raise content.trouble from None
            raise
        lane.shared.gate.progressed()
        return media_id

    def _call(self, file: InputFile, lane: Lane, *, our_id: str) -> Call | None:
        return lane.terms.provider.upload(our_id=our_id, media_type=file.media_type)

    def _place_of(self, digest: str, lane: Lane) -> Place:
        return (lane.terms.provider.name, lane.terms.settings.endpoint, lane.terms.key_mark, digest)


def with_inputs(request: Mapping[str, Any], spec: ModelSpec | None, words: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a request with its files as they are to be sent; `words` has them by digest."""
    if spec is None or not words:
        return request
    return replaced(request, spec.params, lambda value, *_: words.get(digest_of(value) or "", value), is_wire=True)


def _place(upload: Upload) -> Place:
    return (upload.provider, upload.endpoint, upload.key_mark, upload.sha256)
