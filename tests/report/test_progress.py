import io
import sys

import pytest

from render import events
from render.disclosure import one_line
from render.display import Display
from render.report.palette import Palette
from render.report.progress import progress, size_text
from render.report.table import cut, table

PLAIN = Palette(has_colour=False)
RUN = (
    events.RunStarted(run_id="run-1", tasks=2, to_do=2),
    events.AttemptSubmitted(key="a.t01", lane="runware", remote_id="a"),
    events.TaskProgressed(key="a.t01", percent=40),
    events.TaskSaved(key="a.t01", path="a/a_t01.mp4", size_bytes=12),
    events.TaskFailed(key="b.t01", kind="rejected", message="no [bold]faces[/bold]"),
)


def test_without_a_person_each_event_is_a_line():
    lines = []
    with progress(
        Display(has_colour=False, is_live=False, width=80, row_width=80), PLAIN, write=lines.append
    ) as listen:
        for event in RUN:
            listen(event)
    assert lines == [
        "sent      a.t01  to runware",
        "saved     a/a_t01.mp4  12 B",
        "failed    b.t01: no [bold]faces[/bold]",
    ]


def test_a_person_sees_the_same_lines_and_a_bar_on_stderr(monkeypatch):
    screen, lines = io.StringIO(), []
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress(Display(has_colour=False, is_live=True, width=80, row_width=80), PLAIN, write=lines.append) as listen:
        for event in RUN:
            listen(event)
    shown = screen.getvalue()
    assert lines == []
    assert "sent      a.t01  to runware" in shown
    assert "no [bold]faces[/bold]" in shown
    assert "2/2" in shown


def told(*said):
    """What somebody reads who watches a run without a bar."""
    lines = []
    screen = Display(has_colour=False, is_live=False, width=80, row_width=80)
    with progress(screen, PLAIN, write=lines.append) as listen:
        for event in said:
            listen(event)
    return lines


def broken(cause="h.example: the file ended early, after 10 bytes", **changes):
    return events.FetchFailed(**{"key": "a.t01", "cause": cause, "wait_s": 2.0, **changes})


def test_the_same_trouble_of_a_task_is_one_line_however_far_its_file_came():
    again = "again     a.t01  in 2.0 s: h.example: the file ended early, after 10 bytes"
    assert told(broken(), broken(), broken("h.example: the file ended early, after 999 bytes")) == [again]
    assert len(told(broken(), broken(key="b.t01"))) == 2
    assert len(told(broken("h answers 502 for the file"), broken("h answers 503 for the file"))) == 2


def test_the_same_trouble_after_it_was_over_is_another_line():
    sent = events.AttemptSubmitted(key="a.t01", lane="runware", remote_id="a")
    rendered = events.TaskRendered(key="a.t01", lane="runware", cost_usd=0.1)
    full = events.RetryScheduled(key="a.t01", lane="runware", attempt_no=1, wait_s=1.0, cause="full")
    unread = events.PollFailed(lane="runware", cause="not JSON", wait_s=1.0)
    saved = events.TaskSaved(key="a.t01", path="a.png", size_bytes=12)
    for trouble, end in ((full, sent), (unread, rendered), (broken(), saved)):
        words = [line.split()[0] for line in told(trouble, trouble, end, trouble, trouble)]
        assert (len(words), words[0]) == (3, words[2])


def test_a_host_that_cannot_be_reached_is_told_and_not_who_waits_for_it():
    awaited = events.HostAwaited(host="h.example", cause="no connection")
    waiting = events.PollFailed(lane="runware", cause="not sent", wait_s=1.0, host="h.example")
    sending = events.RetryScheduled(key="b", lane="x", attempt_no=1, wait_s=1.0, cause="not sent", host="h.example")
    assert told(awaited, broken(host="h.example"), waiting, sending) == ["waiting   for h.example: no connection"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (734, "734 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12.3 kB"), (4_512_000, "4.5 MB")],
)
def test_sizes_are_told_as_people_read_them(size, text):
    assert size_text(size) == text


def test_the_last_column_is_cut_and_never_to_nothing():
    assert table([("key", "x" * 50)], width=30, paint=[None, None]) == ["key  " + "x" * 24 + "…"]
    assert table([("k" * 40, "x" * 50)], width=30, paint=[None, None]) == ["k" * 40 + "  " + "x" * 19 + "…"]


def test_columns_stand_under_each_other():
    rows = [("a", "bb", "c"), ("aaa", "", "c"), ("", "b", "")]
    assert table(rows, width=80, paint=[None, None, None]) == ["a    bb  c", "aaa      c", "     b"]


def test_no_rows_give_no_lines():
    assert table([], width=80, paint=[]) == []


def test_what_fits_is_not_cut():
    assert (cut("abc", 3), cut("abcd", 3)) == ("abc", "ab…")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain  text ", "plain  text "),
        ("a\n\tb", r"a\n\tb"),
        ("\x1b[2Jx", r"\u001b[2Jx"),
        ("\u202eabc", r"\u202eabc"),
        ("höhe", "höhe"),
    ],
)
def test_foreign_words_stay_on_their_line(text, line):
    assert one_line(text) == line
