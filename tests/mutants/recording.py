"""Mutants of the record: what is durable when it is said to be, and whether damage is seen before it is believed."""

from tests.mutants.mutant import mutant

_RECORD = "tests/store/test_record.py"

MUTANTS = (
    mutant(
        "synchronous-off",
        "commits wait for the disk",
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = OFF",
        f"{_RECORD}::test_commits_wait_for_the_disk",
    ),
    mutant(
        "record-named-without-folder-sync",
        "the name of a new record is durable",
        "        draft.rename(path)\n        sync_folder(path.parent)\n",
        "        draft.rename(path)\n",
        "tests/prove/test_powerloss.py::test_power_may_go_between_any_two_operations",
    ),
    mutant(
        "written-again-after-a-failed-sync",
        "a connection that failed to write is not used again",
        "        except sqlite3.Error as error:\n            self._is_sound = False\n            raise StateError(\n",
        "        except sqlite3.Error as error:\n            raise StateError(\n",
        f"{_RECORD}::test_after_a_failed_write_nothing_more_is_written_and_what_was_recorded_stays",
    ),
    mutant(
        "kept-facts-on-the-old-connection",
        "a record that failed is opened anew before it is written",
        "            if self._is_broken and self._reopen is not None:\n",
        "            if False:\n",
        "tests/runner/test_journal.py::"
        "test_a_fact_that_could_not_be_written_is_kept_and_written_when_the_record_can_be_opened_anew",
    ),
    mutant(
        "buys-on-after-a-failed-write",
        "a record that cannot be written ends purchases",
        "        if self._failure is not None:\n            raise StateError(",
        "        if False:\n            raise StateError(",
        "tests/runner/test_journal.py::test_after_a_failure_no_intent_is_written_even_where_facts_can_be_again",
        also=[("        if not entry.is_fact:\n            return error\n", "")],
    ),
    mutant(
        "row-checksum-unread",
        "a row that changed is noticed",
        '    if row["checksum"] != checksum_of([row[name] for name in columns]):\n',
        "    if False:\n",
        "tests/store/test_rows.py::test_a_column_that_changed_is_noticed_whichever_it_is",
    ),
    mutant(
        "sequence-unread",
        "acknowledged writes that are gone are missed",
        "    behind = sequence - found\n",
        "    behind = 0\n",
        "tests/store/test_fitness.py::test_a_log_that_lost_acknowledged_rows_is_refused",
    ),
    mutant(
        "vanished-row-unseen",
        "a row that vanished is missed",
        "        if last != len(attempts):\n",
        "        if False:\n",
        "tests/store/test_damage.py::test_a_row_that_vanished_is_missed",
    ),
    mutant(
        "lock-not-taken",
        "one writer at a time",
        "            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n            return True\n",
        "            return True\n",
        "tests/store/test_lock.py::test_two_writers_in_one_process_are_refused_too",
    ),
    mutant(
        "removed-lock-counts",
        "a lock counts only while others would find it",
        "        _require_in_place(descriptor, path)\n",
        "",
        "tests/store/test_lock.py::test_who_waited_for_a_lock_that_was_removed_meanwhile_is_refused",
    ),
    mutant(
        "old-export-imported",
        "an export that is older than the record is refused",
        "    behind = written - found\n",
        "    behind = 0\n",
        "tests/acceptance/test_state_command.py::"
        "test_an_export_that_is_older_than_the_record_is_imported_only_when_told_twice",
    ),
    mutant(
        "record-of-another-kind-taken",
        "paid and offline records are never mixed",
        '    if row["kind"] != owner.kind:\n',
        "    if False:\n",
        "tests/store/test_fitness.py::test_the_record_of_another_project_or_kind_is_refused",
    ),
    mutant(
        "record-readable-by-all",
        "the record is readable by its owner alone, whatever the umask",
        "        os.fchmod(descriptor, 0o600)\n    finally:\n        os.close(descriptor)\n\n\ndef sync_folder",
        "        os.fchmod(descriptor, 0o644)\n    finally:\n        os.close(descriptor)\n\n\ndef sync_folder",
        f"{_RECORD}::test_the_files_are_private_whatever_the_umask",
    ),
)
