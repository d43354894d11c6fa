import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render.records import Artifact, Attempt, Measured, Status
from render.store.rows import (
    CHECKED_OF_ARTIFACTS,
    CHECKED_OF_ATTEMPTS,
    artifact_of,
    artifact_row,
    attempt_of,
    attempt_row,
)
from render.store.tables import TABLES
from tests.store.recorded import an_artifact, an_attempt

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_nested = st.dictionaries(
    _texts,
    st.recursive(
        st.none() | st.booleans() | _numbers | _texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
#: zones without a summer time: an hour that comes twice is equal to nothing but itself
_zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
_moments = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=_zones)  # noqa: DTZ001 - hypothesis adds the zone
_maybe = st.none() | _moments
_attempts = st.builds(
    Attempt,
    id=_texts,
    task_key=_texts,
    fingerprint=_texts,
    number=st.integers(1, 1000),
    status=st.sampled_from(Status),
    shot=_texts,
    take=st.integers(1, 1000),
    provider=_texts,
    lane=_texts,
    model=_texts,
    params=_nested,
    path=_texts,
    request=_nested,
    endpoint=_texts,
    remote_id=_texts,
    run_id=_texts,
    prepared_at=_moments,
    submitted_at=_maybe,
    rendered_at=_maybe,
    saved_at=_maybe,
    source_url=_texts,
    result_id=_texts,
    seed=st.none() | st.integers(0, 2**64 - 1),
    cost_usd=st.none() | st.floats(0, 1e6) | st.integers(0, 10**6) | st.just(-0.0),
    ceiling_usd=st.none() | st.floats(0, 1e6),
    key_mark=_texts,
    error_kind=_texts,
    error_message=_texts,
    is_final=st.booleans(),
)
_artifacts = st.builds(
    Artifact,
    attempt_id=_texts,
    path=_texts,
    sha256=_texts,
    size_bytes=st.integers(0, 2**62),
    measured=st.builds(
        Measured,
        media_type=_texts,
        width_px=st.none() | st.integers(0, 10**6),
        height_px=st.none() | st.integers(0, 10**6),
        duration_s=st.none() | st.floats(0, 1e6),
        fps=st.none() | st.floats(0, 1e3),
    ),
)
_patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def through_sqlite(table, row):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.executescript(TABLES)
        names = ", ".join(row)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))  # noqa: S608 - our own names
        return dict(connection.execute(f"SELECT * FROM {table}").fetchone())  # noqa: S608 - our own names


@_patiently
@given(attempt=_attempts)
def test_an_attempt_comes_back_equal_in_every_field(attempt):
    assert attempt_of(through_sqlite("attempts", attempt_row(attempt, sequence=1))) == attempt


@_patiently
@given(artifact=_artifacts)
def test_an_artifact_comes_back_equal_in_every_field(artifact):
    assert artifact_of(through_sqlite("artifacts", artifact_row(artifact))) == artifact


def test_there_is_a_column_for_every_field_and_no_other():
    assert set(CHECKED_OF_ATTEMPTS) | {"checksum"} == set(attempt_row(an_attempt(), sequence=1))
    assert set(CHECKED_OF_ARTIFACTS) | {"checksum"} == set(artifact_row(an_artifact()))
    columns = set(through_sqlite("attempts", attempt_row(an_attempt(), sequence=1)))
    assert columns - {"born"} == set(CHECKED_OF_ATTEMPTS) | {"checksum"}


def test_numbers_keep_their_kind():
    attempt = attempt_of(attempt_row(an_attempt(params={"cfg_scale": 5.0, "steps": 5}), sequence=1))
    assert [type(value) for value in attempt.params.values()] == [float, int]


def test_nested_data_is_canonical():
    assert attempt_row(an_attempt(params={"b": [1, {"d": 1, "c": "é"}], "a": None}), sequence=1)["params"] == (
        r'{"a":null,"b":[1,{"c":"\u00e9","d":1}]}'
    )


@pytest.mark.parametrize("name", CHECKED_OF_ATTEMPTS)
def test_a_column_that_changed_is_noticed_whichever_it_is(name):
    row = attempt_row(an_attempt(seed=7, cost_usd=0.5), sequence=1)
    value = row[name]
    row[name] = value + "x" if isinstance(value, str) else 3
    with pytest.raises(ValueError, match="checksum"):
        attempt_of(row)


@pytest.mark.parametrize("name", CHECKED_OF_ARTIFACTS)
def test_a_column_of_a_file_that_changed_is_noticed_too(name):
    row = artifact_row(an_artifact())
    with pytest.raises(ValueError, match="checksum"):
        artifact_of(row | {name: None})


@pytest.mark.parametrize(
    "changes",
    [
        {"params": {"cfg_scale": float("nan")}},
        {"request": {"seed": float("inf")}},
        {"cost_usd": float("nan")},
        {"ceiling_usd": float("inf")},
        {"prepared_at": datetime(2026, 11, 21)},  # noqa: DTZ001 - the value under test
    ],
)
def test_what_cannot_be_spelled_is_refused(changes):
    with pytest.raises(ValueError, match=r"."):
        attempt_row(an_attempt(**changes), sequence=1)
