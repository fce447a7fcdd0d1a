"""What the addresses of the map's data are made of. Imports nothing: the server starts with it."""

MAP_BASE = "/chatscape/map/{version}/{removals}/"
"""What all parts of a map begin with: a version of the store, and a state of its removals."""

MAP_PATH = MAP_BASE + "{part:path}"
"""Path of the parts of a map."""
