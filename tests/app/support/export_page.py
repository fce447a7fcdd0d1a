"""Exports on the page Export."""

import time
from urllib.parse import unquote

from dashboard.process.downloads import Recipient
from dashboard.state import exports
from tests.app.support.components import data, whole
from tests.app.support.downloads import HERE


def prepare_export(app, recipient: Recipient = HERE):
    """The page after its export is there, and the files, fetched by somebody."""
    app = whole(app.button(key="prepare").click().run())
    for _ in range(200):
        jobs = [job for job in exports._exports._jobs.values() if job.is_under_way]
        if not jobs:
            break
        time.sleep(0.05)
    app = whole(app.run())
    (key,) = [
        element.key for element in app.get("bidi_component") if element.key.startswith("fetch_")
    ]
    token = key.removeprefix("fetch_")
    files = data(app, key)["files"]
    names = [unquote(file["href"]).rpartition("/")[2] for file in files]
    return app, [exports.prepared_file(token, name, recipient) for name in names]
