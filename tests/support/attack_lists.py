"""What the attacker's suite walks through: pages, queries, commands and routes.

`tests/security/test_lists.py` compares each list with what the product has. Who adds a page, a
command or a route adds here how an attacker asks for it.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from dashboard.pages import page
from queries.export.shapes import SHAPES
from queries.filters.filters import FIELD_NAMES
from tests.support.planted_secrets import IDS

UGLY = ("true", "-1", "'", "%_*", '"><b>', "../../removed.parquet", "unmask", "1e99", "\u202e")
"""Values of parameters that no page offers."""

_ALL_IDS = tuple(IDS.values())
_IN_SLICE = ("", "model=gpt-4&language=English", "model=vicuna-13b", "flagged=any", "flagged=none")

PAGES: dict[str, tuple[str, ...]] = {
    "overview": (*_IN_SLICE, "log=true"),
    "models": (*_IN_SLICE, "find=v", "measure=flagged", "sort=model"),
    "languages": (*_IN_SLICE, "find=G"),
    "moderation": (*_IN_SLICE, "section=scores", "section=thresholds&unit=messages"),
    "lengths": (*_IN_SLICE, "log=true"),
    "topics": (*_IN_SLICE, "topics_by=languages", "topic_of=x", "topic=x&subtopic=x"),
    "map": (*_IN_SLICE, "colour=model", "region=1a2b3c4d_0-0_9-0_0-9"),
    "compare": (
        *_IN_SLICE,
        *(f"model=gpt-4&against={against}" for against in ("rest", "model%3Dvicuna-13b")),
        "model=vicuna-13b&against=rest",
        "against=model%3Dgpt-4&words=user",
        *(f"against=rest&model=gpt-4&words=true{unit}" for unit in ("", "&of_words=phrases")),
    ),
    "search": (
        "",
        *(f"q={words}&mode=words" for words in ("please+note", "tell+us", "note+OR+tell", "n*")),
        *(f"q=note&mode=words&whose={role}" for role in ("user", "assistant")),
        "q=note&mode=meaning",
        "q=note",
        *(f"like={identifier}" for identifier in _ALL_IDS),
        *(f"like={identifier}&like_turn=2" for identifier in _ALL_IDS),
    ),
    "browse": (
        *_IN_SLICE,
        "sort=opening",
        "sort=prompt_group",
        "sort=turn_count&order=desc",
        "text=note",
        "word=note",
    ),
    "conversation": (
        "",
        *(f"conversation={identifier}" for identifier in _ALL_IDS),
        *(f"conversation={identifier}&read=rendered" for identifier in _ALL_IDS),
        *(f"conversation={identifier}&read=published" for identifier in _ALL_IDS),
        *(f"conversation={'a' * 32}&beside={identifier}" for identifier in _ALL_IDS),
        *(f"conversation={identifier}&turn=2" for identifier in _ALL_IDS),
    ),
    "sql": ("", "sql=select+*+from+messages", "sql=select+*+from+slice", "sql_of=0"),
    "export": ("", *(f"shape={shape}" for shape in SHAPES), "export_of=clustering-prompts"),
    "about": ("",),
    "log": ("",),
}
"""Of each page, the addresses where a secret would stand."""

OTHER_VIEWS = ("licence", "sign_in")
"""Scripts in `views/` that are no pages; an attacker asks for them as if they were."""


def ugly_queries(name: str) -> Iterator[str]:
    """Addresses of a page, each with one ugly value in every parameter and filter."""
    # Statements are tried apart.
    params = [param for param in page(name).params if param != "sql"]
    names = (*params, *FIELD_NAMES, "conversation", "beside", "page", "turn")
    for value in UGLY:
        yield urlencode(dict.fromkeys(names, value))
    yield urlencode({**dict.fromkeys(params, UGLY[0]), "page": "99999999"})


ROUTES: dict[str, tuple[str, ...]] = {
    "/healthz": ("/healthz", "/healthz?unmask=true"),
    "/chatscape/plotly-": (),
    "/chatscape/codemirror-": (),
    "/chatscape/exports/{token}/{name}": (
        "/chatscape/exports/x/slice.jsonl",
        "/chatscape/exports/../../removed.parquet",
        "/chatscape/exports/%2e%2e%2f%2e%2e/removed.parquet",
        f"/chatscape/exports/{'0' * 48}/conversation-{IDS['h']}.json",
    ),
    "/chatscape/map/{version}/{removals}/{part:path}": (
        "/chatscape/map/x/x/points",
        "/chatscape/map/x/x/preview/0",
        "/chatscape/map/../../removed.parquet",
        "/chatscape/map/%2e%2e/x/points",
    ),
    "/_stcore/health": ("/_stcore/health",),
    "/_stcore/metrics": ("/_stcore/metrics", "//_stcore/metrics", "/x/_stcore/metrics"),
    "/_stcore/host-config": ("/_stcore/host-config",),
    "/media/{file_id:path}": ("/media/x", "/media/", "/media/../removed.parquet"),
    "/_stcore/upload_file/{session_id}/{file_id}": ("/_stcore/upload_file/x/y",),
    "/component/{path:path}": ("/component/x/y", "/component/x/../../../etc/passwd"),
    "/_stcore/bidi-components/{path:path}": (
        "/_stcore/bidi-components/chatscape_panels_conversation_transcript/../../app.py",
    ),
    "/_stcore/stream": ("/_stcore/stream",),
    "/auth/login": ("/auth/login",),
    "/auth/logout": ("/auth/logout",),
    "/oauth2callback": ("/oauth2callback?code=x&state=y",),
    "/_stcore/agent/interact": ("/_stcore/agent/interact",),
    "/_stcore/agent/openapi.json": ("/_stcore/agent/openapi.json",),
    "/_stcore/agent/mcp": ("/_stcore/agent/mcp",),
    "": (
        "/",
        "/browse",
        "/static/../app.py",
        "/app/static/x",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/index.html",
        "/no/such/page",
        f"/conversation?conversation={IDS['h']}",
    ),
}
"""Paths by the route that answers them: the routes of our own, then those of Streamlit."""

READING_COMMANDS: tuple[list[str], ...] = (
    ["info"],
    ["list", "--limit", "500"],
    ["list", "--sort", "opening", "--limit", "500"],
    *(["show", identifier] for identifier in _ALL_IDS),
    *(["search", words, "--mode", "words"] for words in ("please note", "tell us", "n*", "us")),
    *(["search", "--like", identifier] for identifier in _ALL_IDS),
    ["log"],
    ["doctor", "--quick"],
    ["verify", "--format", "json"],
    *(["verify", "--table", table] for table in ("flagged", "attempts")),
    ["sql", "select text from messages"],
    ["sql", "select cast((select max(text) from messages) as integer) as n"],
)
"""Commands that print what a store has, without the option that names the store."""

UNCOVERING_COMMANDS: tuple[list[str], ...] = (
    ["list", "--limit", "500"],
    ["show", IDS["v"]],
    ["search", "tell us", "--mode", "words"],
    ["query", "repeated_prompts"],
)
"""Commands that lift covers, but not those of sexual/minors."""

WRITING_COMMANDS: tuple[list[str], ...] = (
    ["remove", "--ids", "{folder}/ids.txt", "--reason", "asked for"],
    ["remove", "--ids", "{folder}/ids.txt", "--reason", "asked for", "--allow-absent"],
    ["purge"],
    ["prepare", "{raw}", "--fresh"],
    ["topics"],
    ["edit-topic", "1", "--hide"],
    ["map"],
    ["index", "--words-only"],
    ["accept-licence", "--yes"],
)
"""Commands that change a store, in an order in which each has something to do."""

OTHER_COMMANDS = {
    "serve": "the rest of the suite attacks it, its log too",
    "sample": "reads no store",
    "slices": "reads no store",
}
"""Commands that are not run here, and why."""
