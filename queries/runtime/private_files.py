"""Files that only their owner may read."""

import os


def keep_new_files_private() -> None:
    """Give all files and folders that this process creates from now on to its user alone.

    Processes that it starts inherit this. Files that exist already keep their permissions.
    """
    os.umask(0o077)
