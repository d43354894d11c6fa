"""A server of both APIs in a thread, and a way to put a provider's calls to it without the wire of a run."""

from contextlib import contextmanager
from urllib.parse import urlencode

from render.providers.protocol import Reply
from render.server.app import ServerOptions
from render.server.switches import AimlSwitches, Switches
from tests.server.rehearsal import TextEngine, start_witness

_BASES = {"runware": "/v1", "aimlapi": ""}


@contextmanager
def served(state, *, log_lag_s=0.0, latency_s=(0.0, 0.0)):
    threads = []
    switches = Switches(aimlapi=AimlSwitches(log_lag_s=log_lag_s))
    options = ServerOptions(state_dir=state, latency_s=latency_s, engine=TextEngine(), switches=switches)
    try:
        yield start_witness(threads, options)
    finally:
        for thread in threads:
            thread.close()


def put(witness, provider, call):
    """Send a call and return what came back as the runner would see it."""
    query = f"?{urlencode(call.query)}" if call.query else ""
    path = f"{_BASES[provider.name]}{call.path}{query}"
    answer = witness.ask(path, body=call.body, method=call.method, headers=dict(call.headers))
    return Reply(status=answer.status, headers={}, body=answer.raw)
