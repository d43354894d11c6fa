"""A project of thousands of shots: the memory a run takes, its record, and a second run that has nothing to do."""

from tests.prove.scale.process import Process, a_server
from tests.prove.section import Figure, zero

_HEAD = """\
version: 1
project: long
defaults: {model: kandinsky-5-image-lite, width: 640, height: 1408, output_format: WEBP, output_quality: 20}
shots:
"""
_AT_ONCE = "100"
_LIMIT_S = 600
_FIXED_KIB, _KIB_PER_SHOT = 150 * 1024, 4


def measure_project(*, shots, folder):
    """Render so many shots, and then once more; figures and breaches."""
    folder.mkdir(parents=True)
    manifest = folder / "long.shots.yaml"
    manifest.write_text(_HEAD + "".join(f"  - {{id: s{no:05d}, prompt: Shot number {no}}}\n" for no in range(shots)))
    with a_server(folder / "server", latency_s=(0.01, 0.05)) as witness:
        first = Process(manifest, witness, "--concurrency", _AT_ONCE).end(within_s=_LIMIT_S)
        asked = witness.ledger()
        second = Process(manifest, witness, "--concurrency", _AT_ONCE).end(within_s=_LIMIT_S)
        asked_again = witness.ledger()["total_requests"] - asked["total_requests"]
    state_bytes = sum(path.stat().st_size for path in (folder / "renders" / "long").glob("state.db*"))
    figures = (
        Figure(name="shots in one project", value=shots),
        Figure(name="bytes of the record a shot", value=round(state_bytes / shots)),
        *_first(first, asked, shots),
        *_idle(second, asked_again, shots),
    )
    return figures, _breaches(shots, first, second)


def _first(ended, ledger, shots):
    highest, most = ledger["highest_concurrency"], int(_AT_ONCE)
    return (
        zero("purchases beyond one a shot", len(ledger["purchases"]) - shots),
        Figure(name="seconds of the first run", value=round(ended.took_s, 1)),
        _memory("peak memory of the first run, MiB", ended.peak_kib, shots),
        Figure(name="highest concurrency", value=highest, bound=f"at most {most}", is_kept=highest <= most),
    )


def _idle(ended, asked, shots):
    return (
        Figure(name="seconds of an idle run", value=round(ended.took_s, 2)),
        _memory("peak memory of an idle run, MiB", ended.peak_kib, shots),
        zero("requests of an idle run", asked),
    )


def _memory(name, peak_kib, shots):
    most_kib = _FIXED_KIB + _KIB_PER_SHOT * shots
    return Figure(
        name=name, value=round(peak_kib / 1024, 1), bound=f"at most {most_kib / 1024:.0f}", is_kept=peak_kib <= most_kib
    )


def _breaches(shots, *runs):
    return [
        f"run {number} over {shots} shots ended with {run.status}: {run.complained[-500:]}"
        for number, run in enumerate(runs, 1)
        if run.status != 0
    ]
