"""What the addresses of downloads are made of. Imports nothing: the server needs it to start."""

DOWNLOAD_PATH = "/chatscape/exports/{token}/{name}"
"""Path of everything that can be downloaded."""

BROWSER_COOKIE = "chatscape_browser"
"""Cookie with a random number, by which a browser is known again where nobody signs in."""
