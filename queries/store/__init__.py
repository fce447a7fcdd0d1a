"""A prepared store on disk, opened for reading."""
