"""Secrets and egress: the rows X1 to X12, a key and a signed link searched for in everything that is written.

search   what is searched, and for what             room    a project whose every word is kept
echoes   what a provider may say back               scenes  when it does, and what is run then
child    the command with a bug in it               addresses, egress  where links and names may lead
races    links planted while files are saved        bombs   what unpacks to far more
"""

from tests.prove.secrets.play import run

__all__ = ["run"]
