"""Mutants of what is told: no key goes astray, and none is shown, nor the query of a signed link."""

from tests.mutants.mutant import mutant

_WIRE = "tests/test_wire.py"
_LOG = "tests/test_log.py"

MUTANTS = (
    mutant(
        "token-to-file-hosts",
        "the key goes to the API's own host alone",
        "        host = shown_host(url)\n        try:\n            async with self._request(",
        "        host = shown_host(url)\n"
        '        self._files.session.headers["Authorization"] = headers["Authorization"]\n'
        "        try:\n            async with self._request(",
        "tests/test_file_links.py::test_a_file_host_hears_nothing_of_the_key_that_was_used_before",
    ),
    mutant(
        "exception-shown",
        "no text of the HTTP client is shown, for it holds URLs and headers",
        '    return unanswered(f"{host}: {reason_for(error)}", is_paid=is_paid)\n',
        '    return unanswered(f"{host}: {error!r}", is_paid=is_paid)\n',
        f"{_WIRE}::test_no_error_shows_the_key_or_the_query",
    ),
    mutant(
        "error-with-its-cause",
        "a traceback does not lead to the HTTP client's own texts",
        "            trouble = failure(error, host=host, was_sent=sending.was_sent, is_paid=call.is_paid)\n",
        "            raise failure(error, host=host, was_sent=sending.was_sent, is_paid=call.is_paid) from error\n",
        f"{_WIRE}::test_no_error_shows_the_key_or_the_query",
    ),
    mutant(
        "refused-link-shown-whole",
        "a refused link is told by its host alone",
        '            raise HeldError(f"files are fetched over https only, and {link} {shown_host(url)} is not")\n',
        '            raise HeldError(f"files are fetched over https only, and {link} {text} is not")\n',
        "tests/test_file_links.py::test_a_link_that_is_held_is_told_by_its_host_alone",
    ),
    mutant(
        "key-in-the-log",
        "no key stands in the log",
        "            text = any_spelling(secret).sub(instead, text)\n",
        "            pass\n",
        f"{_LOG}::test_a_key_never_appears",
    ),
    mutant(
        "key-spelled-otherwise-in-the-log",
        "no key stands in the log, however JSON spells it",
        '    return re.compile("".join(map(_spelled, secret)))\n',
        "    return re.compile(re.escape(secret))\n",
        f"{_LOG}::test_a_key_never_appears_as_json_spells_it",
    ),
    mutant(
        "signed-query-in-the-log",
        "the query of a link stands in no log",
        '_QUERY.sub(r"\\1?…", text)',
        "text",
        f"{_LOG}::test_queries_passwords_and_tokens_are_left_out",
    ),
    mutant(
        "token-in-the-log",
        "a bearer token stands in no log",
        '_BEARER = re.compile(rf"(?i)(bearer\\s+){_REST}+")\n',
        '_BEARER = re.compile(rf"(?i)(bearer!\\s+){_REST}+")\n',
        f"{_LOG}::test_queries_passwords_and_tokens_are_left_out",
    ),
    mutant(
        "log-readable-by-all",
        "the log is readable by its owner alone",
        "    if stat.S_ISREG(os.fstat(descriptor).st_mode):\n        os.fchmod(descriptor, 0o600)\n",
        "",
        "tests/test_permissions.py::test_a_log_that_was_open_to_all_is_closed",
    ),
    mutant(
        "log-written-through-a-link",
        "no log is written where a planted link leads",
        "os.O_APPEND | os.O_NOFOLLOW | ",
        "os.O_APPEND | ",
        "tests/test_permissions.py::test_no_link_is_followed_to_where_a_log_might_be_written",
    ),
    mutant(
        "key-in-a-core-dump",
        "a process that holds a key leaves no core dump",
        '"was it copied whole?")\n    _forbid_core_dumps()\n',
        '"was it copied whole?")\n',
        "tests/test_settings.py::test_a_process_that_holds_a_key_leaves_no_core_dump",
    ),
    mutant(
        "repeated-key-kept",
        "an answer that repeats the key does not bring it into the record",
        "return _without(self._reply(response, body), key)\n",
        "return self._reply(response, body)\n",
        f"{_WIRE}::test_an_answer_that_repeats_the_key_does_not_hold_it_any_more",
    ),
    mutant(
        "control-characters-shown",
        "words of a provider do not steer the terminal",
        "    return _UNUSUAL.sub(_harmless, redact(text))\n",
        "    return redact(text)\n",
        "tests/test_escaping.py::test_one_line_is_one_line_whatever_it_is_made_of",
    ),
)
