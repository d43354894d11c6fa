"""What a manifest says of money and lanes, as the rest of the program reads it."""

from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.manifest.load import load_manifest
from render.wish import LaneWish

EXAMPLE = Path(__file__).parents[1] / "manifests" / "valid" / "lanes.shots.yaml"
CATALOG = load_catalog()


def test_lanes_and_budget_are_read_with_full_ids_and_defaults():
    manifest, _ = load_manifest(EXAMPLE, CATALOG)
    assert manifest.budget_usd == 12.5
    assert manifest.lanes == (
        LaneWish(
            name="runware",
            kind="runware",
            concurrency=2,
            poll_batch=10,
            prices={"runware:210@1": 0.3, "runware:kandinsky-5.0-image-lite@1": 0.02},
        ),
        LaneWish(
            name="aimlapi",
            kind="aimlapi",
            adopts_from_log=True,
            is_free=True,
            prices={"sber-ai/kandinsky5-t2v": 1.0},
            allow_hosts=("cdn.example.com", "*.files.example.com", "cdn.example.org:8443"),
        ),
    )


@pytest.mark.parametrize("budget", ["", "budget_usd: 0\n", "budget_usd: 0.01\n"])
def test_no_budget_is_another_thing_than_a_budget_of_nothing(tmp_path, budget):
    path = tmp_path / "a.shots.yaml"
    path.write_text(f"version: 1\nproject: p\n{budget}shots: []\n", encoding="utf-8")
    manifest, _ = load_manifest(path, CATALOG)
    assert manifest.budget_usd == (float(budget.split()[1]) if budget else None)
