"""Owns HTTP: sends a Call and bounds its Reply, streams a file from an allowed host, says in our errors what failed.

Guarantee: the key goes to the API's own host and nowhere else, and no error text holds it, a header, or the query of a
URL. Decides nothing about retries, and reads no body: what an answer means is the provider's business.
"""

from render.wire.hosts import HostRule, parsed
from render.wire.session import Connectors, Secret, Timeouts, Wire
from render.wire.stream import Stream

__all__ = ["Connectors", "HostRule", "Secret", "Stream", "Timeouts", "Wire", "parsed"]
