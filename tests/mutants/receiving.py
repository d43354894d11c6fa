"""Mutants of files coming home: from where, checked how, and durable when."""

from tests.mutants.mutant import mutant

_FILES = "tests/test_artifacts.py"
_WIRE = "tests/test_wire.py"
_IN_ORDER = f"{_FILES}::test_bytes_are_durable_before_they_are_named_and_names_before_it_is_said"
_EDITED_BACK = "tests/runner/test_making_way.py::test_a_shot_that_is_edited_back_after_trouble_shows_its_own_file"
_SYNCED = "    os.fsync(part.descriptor)\n    return measured\n"
_MEASURED = "    return read(ByteSource(file, size_bytes=size_bytes, kind=kind))\n"
_BELIEVED = """\
    from render.records import Measured

    known = {"MP4": "video/mp4", "WEBM": "video/webm", "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
    return Measured(media_type=known[kind])
"""

MUTANTS = (
    mutant(
        "file-not-synced",
        "bytes are durable before they are named",
        _SYNCED,
        "    return measured\n",
        _IN_ORDER,
    ),
    mutant(
        "named-before-sync",
        "bytes are durable before they are named",
        _SYNCED,
        "    return measured\n",
        _IN_ORDER,
        also=[
            (
                "earlier=delivery.earlier_fingerprint,\n            )\n",
                "earlier=delivery.earlier_fingerprint,\n            )\n            os.fsync(part.descriptor)\n",
            )
        ],
    ),
    mutant(
        "folder-not-synced",
        "the name of a file is durable before it is said to be there",
        '{target} at this moment")\n    os.fsync(folder)\n',
        '{target} at this moment")\n',
        _IN_ORDER,
    ),
    mutant(
        "container-unread",
        "only a whole media file gets its name",
        _MEASURED,
        _BELIEVED,
        f"{_FILES}::test_a_file_cut_at_any_byte_never_gets_its_name",
    ),
    mutant(
        "kind-unread",
        "a file of another kind never gets the name",
        "    if measured.media_type not in media_types_for(delivery.target):\n",
        "    if False:\n",
        f"{_FILES}::test_bytes_that_are_short_or_of_another_kind_leave_nothing_behind",
    ),
    mutant(
        "length-unread",
        "a file of another length than announced is refused",
        "    if delivery.expected_bytes not in {None, size_bytes}:\n",
        "    if False:\n",
        f"{_FILES}::test_bytes_that_are_short_or_of_another_kind_leave_nothing_behind",
    ),
    mutant(
        "png-checksum-unread",
        "a flipped bit in a PNG is seen",
        "    if checksum != stated:\n",
        "    if False:\n",
        "tests/containers/test_measure.py::test_a_wrong_checksum_in_a_png_is_named_with_its_chunk",
    ),
    mutant(
        "no-largest-file",
        "a file over the cap is held",
        "        if size_bytes > self.largest_bytes:\n",
        "        if False:\n",
        f"{_FILES}::test_a_file_over_the_cap_is_held_without_being_kept",
    ),
    mutant(
        "encoded-file-taken",
        "a file comes unencoded or not at all",
        '        if status != 200 or encoding != "identity":\n',
        "        if status != 200:\n",
        f"{_WIRE}::test_a_file_that_does_not_come_says_what_may_follow",
    ),
    mutant(
        "earlier-file-overwritten",
        "what stood at the target is kept",
        "                _kept(root, target, folder=folder, standing=standing, mark=earlier or standing)\n",
        "",
        f"{_FILES}::test_a_new_file_moves_the_earlier_one_away",
    ),
    mutant(
        "name-taken-unrecorded",
        "the record says where a file is kept before another takes its name",
        "            await write(*displaced)\n",
        "",
        _EDITED_BACK,
    ),
    mutant(
        "name-taken-before-earlier-word-is-durable",
        "a name that the record on the disk gives to another file is not taken",
        "            if not self._is_claimed(path, taker, naming):\n",
        "            if not self._displaced(path, taker, naming):\n",
        "tests/runner/test_making_way.py::test_shots_that_swap_their_names_and_back_after_trouble_show_their_own_files",
    ),
    mutant(
        "linked-folder-followed",
        "no symbolic link leads outside the output folder",
        "_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC\n",
        "_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC\n",
        f"{_FILES}::test_a_linked_folder_below_the_root_is_refused_by_name",
    ),
    mutant(
        "planted-part-followed",
        "a link planted at the temporary name is not followed",
        "_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC\n",
        "_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC\n",
        "tests/test_planted_links.py::test_a_link_planted_while_the_temporary_file_is_made_is_not_followed",
    ),
    mutant(
        "any-host",
        "files come from listed hosts alone",
        "        if not _HOST_NAME.fullmatch(host) or not any(",
        "        if not _HOST_NAME.fullmatch(host) and not any(",
        "tests/test_file_links.py::test_a_link_to_a_host_that_is_not_listed_is_held",
    ),
    mutant(
        "plain-http",
        "files come over https alone",
        '        if url.scheme != "https":\n            link = ',
        "        if False:\n            link = ",
        "tests/test_file_links.py::test_a_link_without_encryption_is_held",
    ),
    mutant(
        "inner-addresses",
        "no file comes from an address inside some network",
        "    if way is not Way.PROXY and not is_public(host) and ",
        "    if way is not Way.PROXY and False and ",
        "tests/test_egress.py::test_an_allowed_name_that_resolves_into_some_network_is_held_and_nothing_is_connected",
    ),
    mutant(
        "redirect-into-this-machine",
        "the address behind each redirect is judged like the first",
        "is_own=allowed.is_own(target))\n",
        "is_own=allowed.is_own(target) or _ > 0)\n",
        "tests/test_egress.py::test_a_redirect_to_an_allowed_name_that_leads_into_this_machine_is_held",
    ),
    mutant(
        "held-link-dropped",
        "a held result keeps its link",
        'replace(job.record, error_kind="held", error_message=error.message)\n',
        'replace(job.record, error_kind="held", error_message=error.message, source_url="")\n',
        "tests/runner/test_fetching.py::test_a_file_on_a_foreign_host_is_held_with_its_link_and_a_later_run_goes_on",
    ),
    mutant(
        "other-link-passed-over",
        "a file is lost only when the archive gives no other link either",
        " details.result.url != job.record.source_url:\n",
        " False:\n",
        "tests/runner/test_fetching.py::test_a_dead_link_is_replaced_by_the_archives_before_anything_is_lost",
    ),
    mutant(
        "rest-of-another-file-joined",
        "a broken download goes on only with the same file",
        '    is_same = headers.get(name, "").strip() == begun.mark.tag\n',
        "    is_same = True\n",
        "tests/test_resuming.py::test_any_other_answer_is_not_the_rest",
    ),
    mutant(
        "another-range-joined",
        "a broken download goes on only where it broke",
        " and tuple(map(int, found.groups())) == asked and ",
        " and ",
        "tests/test_resuming.py::test_any_other_answer_is_not_the_rest",
    ),
    mutant(
        "kept-bytes-believed",
        "what was kept of a broken download is what was noted",
        "        if digest.hexdigest() != note.sha256:\n",
        "        if False:\n",
        "tests/test_beginnings.py::test_a_beginning_that_is_not_what_was_noted_is_refused_and_fetched_anew",
    ),
    mutant(
        "digest-unverified",
        "`render verify` finds one changed byte",
        '    elif hashlib.file_digest(file, "sha256").hexdigest() != artifact.sha256:\n',
        "    elif False:\n",
        "tests/test_verifying.py::test_one_changed_byte_is_found_wherever_it_is",
    ),
    mutant(
        "wrapped-addresses",
        "an address that wraps an inner one is no public one",
        "        if parsed in _NAT64:\n            parsed = IPv4Address(int(parsed) & 0xFFFFFFFF)\n",
        "        if parsed in _NAT64:\n            return True\n",
        "tests/test_egress.py::test_no_other_address_is_public",
    ),
)
