"""Manifests drawn from the specs: every model, every parameter it takes, any value that its row allows."""

from decimal import Decimal

from hypothesis import strategies as st

from render.catalog.load import load_catalog
from render.catalog.spec import Kind

CATALOG = load_catalog()
#: a model of the general rules beside all that have a spec of their own
MODELS = [*(spec.aliases[0] for spec in CATALOG.specs if not spec.matches), "acme:film@2"]

WORDS = st.one_of(
    st.sampled_from(
        ["fog", "3:2 it's late: night", "#1 [x], {y}", "- dash", "yes", "${place}", "$${place}", "two\nlines\n"]
    ),
    st.text(alphabet="ab :#-,[]{}'\"\\\n\t $é\u00a0\U0001f3ac", max_size=30),
)
OPEN = st.dictionaries(
    st.sampled_from(["camera", "on", "1", "a b", "x:y"]),
    st.recursive(
        st.booleans() | st.integers(-5, 5) | WORDS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["pan", "no"]), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)
MEDIA = st.sampled_from(["https://example.com/plate.png", "c1a6704a-b82a-4f25-b645-a79a6b27aa7d"])


def values_of(param):
    """Values that the row of a parameter allows, as a manifest holds them."""
    if param.media:
        return st.lists(MEDIA, min_size=1, max_size=2) if param.kind is Kind.LIST else MEDIA
    if param.allowed:
        return st.sampled_from(param.allowed)
    contents = OPEN if param.is_open or not param.fields else fields_of(param.fields)
    if param.kind in {Kind.INTEGER, Kind.NUMBER}:
        return numbers_of(param)
    return {
        Kind.FRAME: st.sampled_from(["first", "last", 3]),
        Kind.BOOLEAN: st.booleans(),
        Kind.OBJECT: contents,
        Kind.LIST: st.lists(contents, min_size=1, max_size=2),
        Kind.STRING: texts_of(param),
    }[param.kind]


def texts_of(param):
    if param.format == "uri":
        return st.sampled_from(["https://example.com/in", "https://example.com/%7Ba%7D?b=1", "https://${env.HOOK}/x"])
    prefix = "A fox " if (param.min_length or 0) < 7 else "A fox " * param.min_length
    return WORDS.map(lambda words: (prefix + words.replace("${", "$${"))[: param.max_length])


def numbers_of(param):
    low = param.minimum if param.minimum is not None else 0
    high = param.maximum if param.maximum is not None else low + 1000
    if param.kind is Kind.INTEGER:
        step = int(param.step or 1)
        return st.integers(-(-int(low) // step), int(high) // step).map(lambda count: count * step)
    step = Decimal(param.step or "0.5")
    counts = st.integers(int(Decimal(str(low)) / step), int(Decimal(str(high)) / step))
    return counts.map(lambda count: float(count * step))


def fields_of(params):
    required = {param.name: values_of(param) for param in params if param.required}
    return st.fixed_dictionaries(
        required,
        optional={param.name: values_of(param) for param in params if not param.required and not param.is_not_yet},
    )


@st.composite
def shots_of(draw):
    model = draw(st.sampled_from(MODELS))
    spec = CATALOG.find(model)
    optional = [param for param in spec.params if not param.required and not param.is_not_yet]
    given = draw(st.lists(st.sampled_from(optional), max_size=4, unique_by=lambda param: param.name))
    shot = {param.name: draw(values_of(param)) for param in spec.params if param.required or param in given}
    if spec.sizes:
        shot["width"], shot["height"] = draw(st.sampled_from(spec.sizes))
    return {"model": model, **shot, "takes": draw(st.integers(1, 3))}


@st.composite
def manifests(draw):
    """The data of a manifest whose shots have the ids a0, a1, …"""
    shots = draw(st.lists(shots_of(), min_size=1, max_size=4))
    return {
        "version": 1,
        "project": "wishes",
        "shots": [{"id": f"a{number}", **shot} for number, shot in enumerate(shots)],
    }
