"""Single cases: none drops out, none hides another, and the command says how each ended."""

from dataclasses import dataclass

import pytest

from tests.prove.single import keyed, main, played


@dataclass
class Case:
    id: str
    breaches: tuple = ()

    def play(self, folder):
        (folder / "left").write_text(self.id, encoding="utf-8")
        if self.id == "broken":
            raise LookupError("no such scene")
        return f"saw {self.id}", list(self.breaches)


CASES = keyed([Case("D1.a"), Case("D1.b"), Case("D2.a", breaches=("it was not kept",)), Case("broken")])


def test_two_cases_of_one_id_are_refused():
    with pytest.raises(ValueError, match=r"share an id: D1\.a"):
        keyed([Case("D1.a"), Case("D1.b"), Case("D1.a")])


def test_a_case_that_cannot_be_played_is_a_breach(tmp_path):
    seen, (breach,) = played(CASES["broken"], tmp_path / "new")
    assert seen is None
    assert "no such scene" in breach


@pytest.mark.parametrize(
    ("arguments", "status", "shown"),
    [
        (["--list"], 0, ["D1.a", "D1.b", "D2.a", "broken"]),
        (["--list", "D1"], 0, ["D1.a", "D1.b"]),
        (["--case", "D1"], 0, ["D1.a", "  saw D1.a", "D1.b", "  saw D1.b"]),
        (["--case", "D1.a", "--case", "D2"], 1, ["D1.a", "  saw D1.a", "D2.a", "  saw D2.a", "! it was not kept"]),
    ],
)
def test_those_are_played_or_listed_whose_ids_begin_so(arguments, status, shown, capsys):
    assert main("files", CASES, arguments) == status
    assert capsys.readouterr().out.splitlines() == shown


def test_without_a_name_all_are_played(capsys):
    assert main("files", CASES, []) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if line in CASES] == list(CASES)


def test_a_name_that_no_case_begins_with_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main("files", CASES, ["--case", "Z"])
    assert ended.value.code == 2
    assert "--list" in capsys.readouterr().err
