"""The command `render` with a bug in it: the first call to a provider fails with everything secret in its words.

python -m tests.prove.secrets.child run film.shots.yaml
"""

import sys

from render.cli import run
from render.wire import Wire


async def _fail(wire, call, *, base_url, key):
    """Fail as the worst of libraries might: the key, a header and a signed link in the text and in the variables."""
    secret = key if isinstance(key, str) else key.reveal()
    headers = {"Authorization": f"Bearer {secret}"}
    cause = ValueError(f"{secret} is not a {type(wire).__name__}")
    raise RuntimeError(f"cannot send {headers} to {base_url}{call.path}?X-Signature={secret}") from cause


if __name__ == "__main__":
    Wire.send = _fail
    sys.exit(run(sys.argv[1:]))
