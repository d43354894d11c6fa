"""Owns the copies of the repository: a clean one, and one for each mutant with its breakage in place.

Never changes the repository itself.
"""

import compileall
import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = "render"
#: prints where the product and the tests are imported from
_WHERE = "import render, tests; print(render.__file__, tests.__file__, sep='\\n')"


class MutantRottenError(Exception):
    """A text to be replaced is not found exactly once: the product has moved on, and the mutant must follow."""


def clean_copy(folder):
    """Copy every file that git knows or would take, as it is now, compile the product, and return the copy."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    compileall.compile_dir(folder / PRODUCT, quiet=1)
    make_python(folder)
    return folder


def broken_copy(clean, folder, mutant):
    """Copy the clean copy to `folder`, break what the mutant breaks there, and return which file that was.

    Raises:
        MutantRottenError: see there.
    """
    shutil.copytree(
        clean, folder, symlinks=True, ignore=shutil.ignore_patterns(".venv", ".hypothesis", "tmp", "said.txt")
    )
    make_python(folder)
    path, text = broken_text(mutant, folder)
    before = path.stat().st_mtime
    path.write_text(text, encoding="utf-8")
    # compiled code is taken for current by the second it was changed in
    os.utime(path, (before + 60, before + 60))
    return path.relative_to(folder)


def broken_text(mutant, root=ROOT):
    """Return the file that a mutant breaks, and its text with the breakage in place.

    Raises:
        MutantRottenError: a text is not found exactly once in the whole product, or the texts are in several files.
    """
    files = {path: path.read_text(encoding="utf-8") for path in sorted((root / PRODUCT).rglob("*.py"))}
    found = {path for edit in mutant.edits for path, text in files.items() if edit.old in text}
    counts = [sum(text.count(edit.old) for text in files.values()) for edit in mutant.edits]
    if set(counts) != {1} or len(found) != 1:
        places = ", ".join(str(path.relative_to(root)) for path in found) or "no file"
        raise MutantRottenError(f"{mutant.name}: its texts are found {counts} times, in {places}")
    (path,) = found
    text = files[path]
    for edit in mutant.edits:
        text = text.replace(edit.old, edit.new)
    return path, text


def make_python(copy):
    """Give a copy an environment of its own: the packages that are installed here, and the code of the copy.

    Tests start commands with next to nothing in their environment, so nothing in it can lead them to the copy.
    """
    venv.EnvBuilder(symlinks=True).create(copy / ".venv")
    (site,) = (copy / ".venv" / "lib").glob("python*/site-packages")
    # in this order; what an editable installation wrote beside the packages is not read from there
    (site / "copy.pth").write_text(f"{copy}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    command = copy / ".venv" / "bin" / "render"
    command.write_text(
        f"#!{python_of(copy)}\nimport sys\nfrom render.cli import main\nsys.exit(main())\n", encoding="utf-8"
    )
    command.chmod(0o755)


def python_of(copy):
    """Return the Python that imports the code of a copy."""
    return copy / ".venv" / "bin" / "python"


def require_own_code(copy):
    """Make sure that Python imports the code of the copy, from any folder and with nothing in its environment.

    Raises:
        RuntimeError: it does not.
    """
    for folder in (copy, copy.parent):
        told = subprocess.run(
            [python_of(copy), "-c", _WHERE], cwd=folder, env={}, capture_output=True, text=True, check=True
        ).stdout.split()
        if told != [str(copy / package / "__init__.py") for package in (PRODUCT, "tests")]:
            raise RuntimeError(f"a command started for {copy} imports {told}")
