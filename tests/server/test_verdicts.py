"""The server's rules and the model specs were written apart: here each judges the same tasks, over real HTTP.

The specs judge a task in our words; the translators spell it; the server judges what was spelled.
"""

from uuid import uuid4

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.catalog.fit import misfit
from render.catalog.rules import broken_rules
from render.catalog.spec import Kind
from render.providers import PROVIDERS
from render.schema import floats_for_integers, params_schema
from render.server.app import ServerOptions
from render.server.engines.order import DrawingError
from tests.server.any_task import BASES, CATALOG, JUNK, OWNED, cases, edges, varied
from tests.server.rehearsal import TextEngine, start_witness

RUNWARE_MODELS = [name for name in BASES if CATALOG.find(name).provider == "runware"]
VALIDATORS = {name: jsonschema_rs.Draft7Validator(params_schema(CATALOG.find(name))) for name in BASES}


class IdleEngine(TextEngine):
    """Gives up at once: only verdicts are wanted."""

    def draw(self, order, *, target, is_stopped):  # noqa: ARG002 - an engine is called by these names
        raise DrawingError("Nothing is drawn here.", code="taskFailed")


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    threads = []
    # results that are an hour away cost no write when a render ends
    state = tmp_path_factory.mktemp("state")
    options = ServerOptions(state_dir=state, latency_s=(3600.0, 3600.0), engine=IdleEngine())
    yield start_witness(threads, options)
    threads.pop().close()


# What the specs say: the wire's names of all that is wrong.


def _blamed(rows, body, prefix=""):
    """The wire paths of single values that do not fit, are missing, or are unknown."""
    by_name = {row.name: row for row in rows if not row.is_not_yet}
    yield from (prefix + name for name in body if name not in by_name)
    for name, row in by_name.items():
        if name in body:
            yield from _blamed_in(row, body[name], prefix + row.wire)
        elif row.required:
            yield prefix + row.wire


def _blamed_in(row, value, path):
    if misfit(row, value):
        yield path
    elif row.fields and isinstance(value, dict):
        yield from _blamed(row.fields, value, f"{path}.")
    elif row.fields and isinstance(value, list):
        for number, item in enumerate(value):
            yield from (
                _blamed(row.fields, item, f"{path}[{number}].") if isinstance(item, dict) else (f"{path}[{number}]",)
            )


def _empty_texts(rows, body, prefix=""):
    """Required texts of no published length, given as "": the specs let them pass, and the server does not."""
    for row in rows:
        value, path = body.get(row.name), prefix + row.wire
        if value == "" and row.required and row.kind is Kind.STRING:
            yield path
        for number, item in enumerate(value if row.fields and isinstance(value, list) else ()):
            yield from _empty_texts(row.fields, item, f"{path}[{number}].") if isinstance(item, dict) else ()


def _wire_path(rows, path):
    name, _, rest = path.partition(".")
    row = next((row for row in rows if row.name == name), None)
    if row is None:
        return path
    return f"{row.wire}.{_wire_path(row.fields, rest)}" if rest else row.wire


def _specs_verdict(name, params, owned):
    """What is wrong with single values, and what with several together; the schema has to agree with the first."""
    spec = CATALOG.find(name)
    singles = set(_blamed(spec.params, params))
    fits_schema = VALIDATORS[name].is_valid(params) and not floats_for_integers(spec.params, params)
    assert fits_schema == (not singles), (params, singles)
    singles |= set(_empty_texts(spec.params, params))
    singles |= {row.wire for row in spec.owned if row.wire in owned and misfit(row, owned[row.wire])}
    crosses = [broken for broken in broken_rules(spec, params) if not broken.is_warning] if not singles else []
    return singles, {_wire_path(spec.params, path) for broken in crosses for path in broken.params}


# What the server says.


def _spelled(name, params, owned):
    """The request as the real translator writes it; what it could not spell goes as it is."""
    spec = CATALOG.find(name)
    translator = PROVIDERS[spec.provider]
    known = {param.name: param for param in spec.params}
    plain = {key: value for key, value in params.items() if key in known and _can_be_spelled(known[key], value)}
    rest = {known[key].wire if key in known else key: value for key, value in params.items() if key not in plain}
    return {**translator.request(plain, spec, model_id=name), **rest, **owned}


def _can_be_spelled(row, value):
    if row.is_open or not row.fields:
        return True
    items = value if isinstance(value, list) and row.kind is Kind.LIST else [value]
    is_whole = isinstance(value, list if row.kind is Kind.LIST else dict)
    names = {inner.name for inner in row.fields}
    return is_whole and all(isinstance(item, dict) and item.keys() <= names for item in items)


def _runware_refusals(judge, requests):
    """For each request the groups of parameters that its errors name; none where it was accepted."""
    tasks = [{"taskUUID": str(uuid4()), **request} for request in requests]
    body = judge.post(*tasks).body
    named = {task["taskUUID"]: [] for task in tasks}
    for error in body.get("errors", ()):
        parameter = error["parameter"]
        assert error["code"]
        named[error["taskUUID"]].append({parameter} if isinstance(parameter, str) else set(parameter))
    accepted = {item["taskUUID"] for item in body["data"]}
    assert accepted == {task_id for task_id, groups in named.items() if not groups}
    return [named[task["taskUUID"]] for task in tasks]


def _aimlapi_refusals(judge, request):
    answer = judge.ask("/v2/video/generations", body=request)
    if answer.status == 200:
        return []
    assert answer.status == 400
    # the API has one message for all that is wrong, and each parameter stands in it in quotes
    return [{name} for name in answer.body["message"].split("'")[1::2]]


def _refusals(judge, name, tasks):
    requests = [_spelled(name, params, owned) for params, owned in tasks]
    if name in RUNWARE_MODELS:
        return _runware_refusals(judge, requests)
    return [_aimlapi_refusals(judge, request) for request in requests]


def _assert_agreement(name, case, groups):
    singles, crosses = _specs_verdict(name, *case)
    blamed = singles | crosses
    told = (name, case, f"specs blame {sorted(blamed)}", f"server blames {groups}")
    assert bool(blamed) == bool(groups), told
    assert all(group & blamed for group in groups), told
    # Where only pairs of sides exist, the two may differ in whether one side or the pair is to blame.
    pair = {"width", "height"} if CATALOG.find(name).sizes else set()
    if singles - pair:
        assert set().union(*groups) - pair == singles - pair, told


@pytest.mark.parametrize("name", BASES)
def test_specs_and_server_agree_at_every_bound(judge, name):
    spec = CATALOG.find(name)
    base = BASES[name]
    rows = varied(spec)
    tasks = [({**base, row.name: value}, {}) for row in rows for value in (*edges(row), *JUNK)]
    tasks += [(base, {row.wire: value}) for row in spec.owned if row.wire in OWNED for value in (*edges(row), *JUNK)]
    tasks += [({key: value for key, value in base.items() if key != left_out}, {}) for left_out in base]
    refusals = _refusals(judge, name, tasks)
    assert {bool(groups) for groups in refusals} == {True, False}
    for case, groups in zip(tasks, refusals, strict=True):
        _assert_agreement(name, case, groups)


@pytest.mark.parametrize("name", BASES)
def test_specs_and_server_agree_on_any_task(judge, name):
    is_batch = name in RUNWARE_MODELS

    @settings(
        max_examples=12 if is_batch else 60, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.lists(cases(name), min_size=1, max_size=25 if is_batch else 1))
    def agree(cases):
        for case, groups in zip(cases, _refusals(judge, name, cases), strict=True):
            _assert_agreement(name, case, groups)

    agree()
