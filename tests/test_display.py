import pytest

from render.display import display


@pytest.mark.parametrize(
    ("surroundings", "has_colour"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_is_off_where_nobody_watches_unless_forced(surroundings, has_colour, capsys):
    shown = display("stdout", environ=surroundings)
    assert (shown.has_colour, shown.is_live) == (has_colour, False)
