import re
from pathlib import Path

import pytest

from render.catalog.load import load_catalog
from render.manifest.load import load_manifest

PAGE = (Path(__file__).parents[2] / "docs" / "manifest.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?:yaml|text)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def part(heading):
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("heading", "prompts"),
    [
        (
            "Several files",
            [
                "A steam train glides through a marsh. painterly, amber lanterns",
                "The same marsh at night. painterly, moonlight",
            ],
        ),
        ("Texts in files", ["A funicular climbs between redwoods, ${light} in every window"]),
    ],
)
def test_files_that_are_shown_together_make_one_manifest_in_order(heading, prompts, tmp_path):
    for name, text in BLOCK.findall(part(heading)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    manifest, warnings = load_manifest(tmp_path / "film.shots.yaml", load_catalog())
    assert warnings == ()
    filled = [shot.params["prompt"] for shot in manifest.shots]
    for variable in ("action", "style", "light"):
        if heading == "Several files":
            filled = [
                text.replace(f"${{{variable}}}", shot.variables.get(variable, ""))
                for text, shot in zip(filled, manifest.shots, strict=True)
            ]
    assert filled == prompts
