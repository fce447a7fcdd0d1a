"""One request to an ASGI application, without a server."""

import asyncio


class Answer:
    """What an application answers to one request."""

    def __init__(self, app, path, *, query="", method="GET", headers=None):
        self.body = b""
        raw = [(name.lower().encode(), text.encode()) for name, text in (headers or {}).items()]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": raw,
        }

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {name.decode(): text.decode() for name, text in message["headers"]}
            self.body += message.get("body", b"")

        asyncio.run(app(scope, receive, send))

    @property
    def refusal(self):
        assert self.headers["content-type"].startswith("text/plain")
        return self.status, self.body.decode()
