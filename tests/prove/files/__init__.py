"""Downloads: the rows D1 to D12, every kind of file cut, zeroed, mistaken and slowed at every byte that matters.

marks   where boxes, segments and chunks begin   bodies  what can be made of a file's bytes
sweep   the containers' checks, byte by byte      bringing  the wire and the folder, against a raw listener
hosts   what a host of files can do               scene   a run that meets one, and who watches it
rows    the cases of whole runs, a table each row
"""

from tests.prove.files.play import run

__all__ = ["run"]
