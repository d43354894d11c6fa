"""All cases, table after table."""

from tests.prove.catalogue import clocks, connections, contents, disks, limits, processes, statuses, values

TABLES = (connections, statuses, contents, values, disks, clocks, limits, processes)


def all_cases():
    """Every case of the catalogue."""
    for table in TABLES:
        yield from table.cases()
