import pytest

from render.manifest.patterns import Patterns, TooManyNamesError


@pytest.fixture
def folder(tmp_path):
    here = ("a.yaml", "b1.yaml", "b[1].yaml", "b?.yaml", ".hidden.yaml")
    for name in (*here, "in/c.yaml", "in/deep/d.yaml", ".x/e.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("")
    return tmp_path


def names(patterns, pattern, folder):
    return [str(path.relative_to(folder)) for path in patterns.matching(pattern, folder=folder)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a*", ["a.yaml"]),
        ("b*1*", ["b1.yaml", "b[1].yaml"]),
        ("b[1]*", ["b[1].yaml"]),
        ("b?*", ["b?.yaml"]),
        (".h*", [".hidden.yaml"]),
        ("in/*", ["in/c.yaml"]),
        ("./in//*.yaml", ["in/c.yaml"]),
        ("*/c.yaml", ["in/c.yaml"]),
        ("*/deep/*", ["in/deep/d.yaml"]),
        ("in/**", ["in/c.yaml", "in/deep/d.yaml"]),
        ("**/d.yaml", ["in/deep/d.yaml"]),
        ("**/**/*d*", ["in/deep/d.yaml"]),
        ("**/a.yaml", ["a.yaml"]),
        ("**/in/**/d*", ["in/deep/d.yaml"]),
        ("in/*/../c.yaml", ["in/deep/../c.yaml"]),
        ("none/*", []),
        ("a.yaml/*", []),
    ],
)
def test_a_star_is_any_part_of_a_name_two_are_any_folders_and_all_else_is_itself(folder, pattern, found):
    assert names(Patterns(), pattern, folder) == found


def test_an_absolute_pattern_begins_at_the_top(folder):
    assert names(Patterns(), f"{folder}/in/*", folder) == ["in/c.yaml"]


def test_no_link_to_a_folder_is_gone_into_by_two_stars(folder):
    for name in ("one", "two", "in/three"):
        (folder / name).symlink_to(folder)
    assert names(Patterns(most=100), "**/d.yaml", folder) == ["in/deep/d.yaml"]


def test_all_patterns_of_one_manifest_look_at_so_many_names_and_no_more(folder):
    patterns = Patterns(most=30)
    assert names(patterns, "**/d.yaml", folder) == ["in/deep/d.yaml"]
    with pytest.raises(TooManyNamesError):
        patterns.matching("**/d.yaml", folder=folder)
