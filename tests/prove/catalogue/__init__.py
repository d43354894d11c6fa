"""The fault catalogue: every row of connections, statuses, contents, files and processes, at every position it has.

records   what a case is         relay, strikes   a wire on which anything goes wrong, before the real server
theatre   plays inside a process  command          plays `render` as a process
connections, statuses, contents, disks, processes  the cases, a table each        rows  the 68 rows
"""

from tests.prove.catalogue.play import run

__all__ = ["run"]
