import subprocess
import sys

import pytest

from render.server.app import ServerOptions, create_app
from render.server.engines.order import MediaMissingError


def _modules_after(statement):
    script = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_server_shares_nothing_with_the_client_and_loads_what_draws_late():
    modules = _modules_after("import render.server.app")
    ours = {name for name in modules if name.startswith("render.") and not name.startswith("render.server")}
    assert ours == set()
    assert modules.isdisjoint({"numpy", "av", "PIL", "click"})


def test_a_missing_library_is_named_with_the_line_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MediaMissingError, match=r"draws with av: pip install 'renderline\[media\]'"):
        create_app(ServerOptions(state_dir=tmp_path / "state"))
    assert not (tmp_path / "state").exists()
