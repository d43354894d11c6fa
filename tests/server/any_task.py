"""Tasks of any model, right and wrong, in our words: the values at every bound, and whatever chance brings."""

from hypothesis import strategies as st

from render.catalog.load import load_catalog
from render.catalog.names import ADDRESSES
from render.catalog.spec import Kind

CATALOG = load_catalog()
A_CLIP = {"prompt": "a dragon above a mountain", "width": 512, "height": 512, "duration": 5}
BASES = {
    "runware:210@1": A_CLIP,
    "runware:kandinsky-5.0-image-lite@1": {"prompt": "a dragon", "width": 1024, "height": 1024},
    "klingai:3@2": A_CLIP,
    "sber-ai/kandinsky5-distill-t2v": {"prompt": "a dragon"},
    "sber-ai/kandinsky5-t2v": {"prompt": "a dragon"},
}
#: fields the runner fills in that a test may change without waiting for a result: all but how and when it is delivered
OWNED = ("numberResults", "outputType", "includeCost")
UNKNOWN = "colour"
JUNK = (
    None, True, False, 0, 1, -1, 7, 5.0, 20.0, 0.5, 1.005, 1e-9, 1e308, 2**63, -(2**63), "", "x", "ab", "5", "URL",
    [], {}, ["x"], [7], {UNKNOWN: 1}, [{UNKNOWN: 1}], [{}], [[]],
)  # fmt: skip
#: values that are right member by member and wrong together, or right though they look alike
TOGETHER = {
    "accelerator_options": (
        {"cache_start_step": 5, "cache_end_step": 5},
        {"cache_start_step": 5, "cache_end_step": 6},
        {"cache_start_step": 1, "cache_start_step_percentage": 1},
        {"cache_end_step": 9, "cache_end_step_percentage": 9},
        {"cache_start_step": 1, "cache_end_step_percentage": 9},
        {"cache_start_step_percentage": 50, "cache_end_step_percentage": 50},
        {"cache_end_step": 20},
        {"cache_end_step": 21},
    ),
    "provider_settings": (
        {"pixverse": {"effect": "x"}},
        {"pixverse": {"effect": "x", "cameraMovement": "y"}},
        {"vidu": {"effect": "x", "cameraMovement": "y"}},
    ),
}


def edges(row):
    """Values at and beside every bound of a parameter."""
    values = [*row.allowed[:2], *row.allowed[-1:], *row.excluded, *TOGETHER.get(row.name, ())]
    values += _near_choices(row) if row.allowed else []
    step = float(row.step) if row.step and "." in row.step else int(row.step or 1)
    for bound in (row.minimum, row.maximum):
        if bound is not None:
            values += [bound - step, bound, bound + step, bound + step / 2, float(bound)]
    for length in (row.min_length, row.max_length):
        if length is not None:
            values += ["д" * (length - 1), "д" * length, "д" * (length + 1)]
    for inner in row.fields:
        values += [_held(row, {**_needed(row), inner.name: edge}) for edge in (*edges(inner), None, "x", True, 2.0)]
    return values


def _near_choices(row):
    """Values that only another model takes, and numbers and spellings next to those that are allowed."""
    elsewhere = [value for other in _same_rows(row.name) for value in other.allowed if value not in row.allowed]
    if isinstance(row.allowed[0], str):
        return [*elsewhere[:20], *(value.swapcase() for value in row.allowed[:5]), f"{row.allowed[0]} "]
    neighbours = {value + offset for value in row.allowed for offset in (-1, 1, 5, 8, 16)}
    return [*elsewhere, *sorted(neighbours)]


def _same_rows(name):
    return [row for model in BASES for row in CATALOG.find(model).params if row.name == name]


def _needed(row):
    return {inner.name: "a:1@1" for inner in row.fields if inner.required}


def _held(row, value):
    return [value] if row.kind is Kind.LIST else value


def _fitting(row):
    if row.allowed:
        return st.sampled_from(row.allowed)
    if row.kind is Kind.LIST and row.fields:
        return st.lists(_members(row), max_size=2)
    if row.kind is Kind.OBJECT and row.fields:
        return _members(row)
    low, high = row.minimum or 0, row.maximum if row.maximum is not None else 10**6
    if row.kind is Kind.INTEGER or row.step == "1":
        step = int(row.step or 1)
        return st.integers(-(-int(low) // step), int(high) // step).map(lambda count: count * step)
    if row.kind is Kind.NUMBER:
        hundredths = st.integers(int(low) * 100, int(high) * 100).map(lambda count: count / 100)
        # the server's decimals have 28 digits: finer ones are beyond what either side could mean
        return hundredths | st.floats(low, high)
    text = st.text(min_size=row.min_length or 0, max_size=(row.min_length or 0) + 5)
    return {Kind.STRING: text, Kind.BOOLEAN: st.booleans()}.get(row.kind, st.just({}))


def _members(row):
    required = {inner.name: _value(inner) for inner in row.fields if inner.required}
    optional = {inner.name: _value(inner) for inner in row.fields if not inner.required}
    return st.fixed_dictionaries(required, optional=optional)


def _value(row):
    at_bounds = edges(row)
    ways = [_fitting(row), _fitting(row), *([st.sampled_from(at_bounds)] if at_bounds else []), st.sampled_from(JUNK)]
    return st.one_of(ways)


def varied(spec):
    """The parameters to change: all but addresses and input media, which the server judges by what it finds there."""
    kept = [row for row in spec.params if not row.is_not_yet and row.name not in ADDRESSES]
    return [row for row in kept if not row.media and not any(inner.media for inner in row.fields)]


def cases(name):
    """Parameters in our words and owned fields in the wire's: a task that is right, changed in up to three places."""
    spec = CATALOG.find(name)
    values = {row.name: _value(row) for row in varied(spec)}
    changes = st.sets(st.sampled_from([*values, UNKNOWN]), max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({key: values.get(key, st.integers()) for key in names})
    )
    without = st.sampled_from([None, None, None, *BASES[name]])
    owned = {row.wire: _value(row) for row in spec.owned if row.wire in OWNED}
    fields = st.fixed_dictionaries({}, optional=owned) if owned else st.just({})
    return st.builds(
        lambda changed, left_out, fields: (
            {key: value for key, value in {**BASES[name], **changed}.items() if key != left_out},
            fields,
        ),
        changes,
        without,
        st.one_of(st.just({}), st.just({}), fields),
    )
