"""Mutants of inputs: what is given to a provider, how often, under which name, and what a refusal of one leads to."""

from tests.mutants.mutant import mutant

_INPUTS = "tests/runner/test_inputs.py"
_BYTES = "tests/test_input_bytes.py"

MUTANTS = (
    mutant(
        "upload-not-written-down",
        "what a provider calls a file is durable before a purchase names it",
        "        await lane.shared.journal.write(Known(upload=upload))\n",
        "        _ = Known(upload=upload)\n",
        f"{_INPUTS}::test_an_id_that_cannot_be_written_down_is_not_used",
    ),
    mutant(
        "each-task-gives-its-own",
        "a file is given once, however many need it at the same time",
        "        async with self._turns[place]:\n",
        "        async with asyncio.Lock():\n",
        f"{_INPUTS}::test_fifty_purchases_name_a_file_that_was_given_once",
    ),
    mutant(
        "upload-for-ever",
        "what was given long ago is given anew",
        "            if upload is not None and lane.shared.surroundings.now() - upload.uploaded_at < LIFE:\n",
        "            if upload is not None:\n",
        f"{_INPUTS}::test_what_was_given_long_ago_is_given_anew",
    ),
    mutant(
        "lost-input-is-final",
        "an input that the provider lost is no verdict about the task",
        "        if not self._shared.inputs.renew(job, self._lane):\n",
        "        if True:\n",
        f"{_INPUTS}::test_a_file_that_was_lost_is_given_anew_once_for_all_and_bought_with",
    ),
    mutant(
        "doubtful-task-begins-again",
        "what may have been bought keeps its id while its input is given anew",
        "        if job.may_have_arrived:\n            return await provide(job, self._lane)\n",
        "",
        f"{_INPUTS}::test_what_may_have_been_bought_keeps_its_id_while_its_input_is_given_anew",
    ),
    mutant(
        "edited-file-sent",
        "what is sent whole is what was digested",
        "    if (count, digest.hexdigest()) != (file.size_bytes, file.sha256):\n",
        "    if False:\n",
        f"{_BYTES}::test_a_file_that_was_edited_never_comes_to_its_end",
    ),
    mutant(
        "name-of-input-counts",
        "moving or renaming an input renders nothing again",
        '    return {"sha256": value["sha256"]} if is_file(value) else value\n',
        "    return value\n",
        "tests/test_fingerprint.py::test_what_counts_of_a_file_is_what_it_holds",
    ),
    mutant(
        "bytes-in-the-record",
        "the record holds the digest of an input, and neither its bytes nor its name there",
        "        request=lane.terms.provider.request(task.params, spec, model_id=task.model),\n",
        "        request=__import__('render.runner.inputs', fromlist=['_']).with_inputs(\n"
        "            lane.terms.provider.request(task.params, spec, model_id=task.model), spec, job.inputs\n"
        "        ),\n",
        f"{_INPUTS}::test_the_record_of_a_purchase_holds_the_digest_and_neither_bytes_nor_id",
    ),
)
