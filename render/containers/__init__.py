"""Media containers, read from their bytes alone: is this a whole file of its kind, and what do its headers say?

Nothing here decodes a picture: `measure` walks a file's own structure to its last byte and reads sizes, durations
and frame counts where the container states them. Only `opening` knows of paths; nothing here of networks or requests.
"""
