"""The table of pages: name, title, icon, query parameters, and who has a link to each.

To add a page, add a line here and a script of its name in `views/`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the dashboard.

    Attributes:
        name: its path in the address, and the name of its script in `views/`.
        title: its heading, its link in the sidebar, and the title of the browser's tab.
        icon: a Material symbol.
        params: its query parameters, which its link in the sidebar restores in this session.
            Filters need not be named: they go along to every page.
        lists: pages of lists that it is opened from; it keeps their parameters to lead back there.
        is_for_operators: whether readers have no link to it. Its script must refuse them as well.
    """

    name: str
    title: str
    icon: str
    params: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    is_for_operators: bool = False


_GROUP_PARAMS = ("measure", "standardise", "log", "top", "find", "sort", "order")

PAGES = (
    Page("overview", "Overview", ":material/dashboard:", ("log", "without_largest")),
    Page("models", "Models", ":material/smart_toy:", _GROUP_PARAMS),
    Page("languages", "Languages", ":material/translate:", _GROUP_PARAMS),
    Page(
        "moderation",
        "Moderation",
        ":material/shield:",
        ("section", "unit", "measure", "log", "score_of", "linear", "role", "thresholds"),
    ),
    Page("lengths", "Lengths and turns", ":material/straighten:", ("log",)),
    Page("topics", "Topics", ":material/category:", ("topics_by", "topic_of")),
    Page("map", "Map", ":material/scatter_plot:", ("colour",)),
    Page("compare", "Compare", ":material/compare_arrows:", ("against", "of", "words", "of_words")),
    Page(
        "search",
        "Search",
        ":material/search:",
        ("q", "mode", "whose", "exact", "like", "like_turn"),
    ),
    Page("browse", "Browse", ":material/list:", ("sort", "order", "seed")),
    Page(
        "conversation",
        "Conversation",
        ":material/forum:",
        ("read",),
        lists=("browse", "search"),
    ),
    Page("sql", "SQL", ":material/terminal:", ("sql", "sql_of", "chart", "x", "y")),
    Page("export", "Export", ":material/download:", ("export_of", "shape", "export_format")),
    Page("about", "About the data", ":material/info:"),
    Page("log", "Audit log", ":material/history:", is_for_operators=True),
)
"""All pages, in the order of their links. The first one is shown at the root of the address."""


def page(name: str) -> Page:
    """The page of a name."""
    return next(known for known in PAGES if known.name == name)


def list_params(name: str) -> tuple[str, ...]:
    """The query parameters of the lists that a page is opened from."""
    return tuple(param for source in page(name).lists for param in page(source).params)
