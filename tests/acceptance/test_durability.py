"""What a system-call trace shows: the intent reaches the disk before the request leaves, a file before its name."""

import re
import subprocess
import sys

import pytest

STILL = """\
version: 1
project: still
shots:
  - {id: lamp, model: kandinsky-5-image-lite, prompt: A lamp, width: 1024, height: 1024}
"""
CALLS = "pwrite64,fdatasync,fsync,sendto,sendmsg,write,writev,link,linkat,rename,renameat,renameat2"


@pytest.mark.ptrace
def test_everything_is_on_disk_before_it_is_relied_on(render, server, tmp_path):
    (render.folder / "still.shots.yaml").write_text(STILL)
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-y", "-s", "4096", "-e", f"trace={CALLS}", "-o", trace,
         sys.executable, "-m", "render", "run", "still.shots.yaml"],
        cwd=render.folder, env={**render.environment, **server.variables}, check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    calls = trace.read_text(errors="replace").splitlines()
    # it shows the very bytes that were sent, the key among them
    trace.unlink()

    def first(pattern, after=0):
        return next(number for number, call in enumerate(calls) if number > after and re.search(pattern, call))

    posted = first(r'(sendto|sendmsg|write|writev)\(.*"POST /v1')
    before = calls[:posted]
    # the run's own row is the first durable transaction, the prepared attempt the second
    assert sum("fdatasync" in call and "state.db-wal" in call for call in before) >= 2
    last_write = max(number for number, call in enumerate(before) if "pwrite64" in call and "state.db-wal" in call)
    assert any("fdatasync" in call and "state.db-wal" in call for call in before[last_write:])

    synced = first(r"fsync\(\d+<.*\.part>")
    named = first(r'(link|rename)\w*\(.*"lamp_t01\.jpg"', after=synced)
    folder_synced = first(r"fsync\(\d+<.*/still/lamp>\)", after=named)
    assert first(r"pwrite64\(.*state\.db-wal", after=folder_synced) > folder_synced
    assert not any("pwrite64" in call and "state.db-wal" in call for call in calls[named:folder_synced])
