"""From conversation to conversation of a list, without a browser, and what stands around one."""

from hashlib import md5
from urllib.parse import parse_qs

import pytest

from tests.app.support.components import bodies, captions, components, data, whole
from tests.app.support.conversations import REPEATS, ROWS
from tests.app.support.search_page import cards, result_ids

IDS = sorted(row["conversation_id"] for row in ROWS)
PAGE = 25


def shuffled(ids, seed):
    return sorted(ids, key=lambda id_: md5(f"{id_}{seed}".encode()).hexdigest())


def query(href):
    """The parameters of an address."""
    return {name: texts[0] for name, texts in parse_qs(href.partition("?")[2]).items()}


def way(app):
    """Where a conversation stands in its list, and the ids and pages beside it."""
    drawn = data(app, "list_navigation")
    beside = [drawn[name] and query(drawn[name]) for name in ("before", "after")]
    return (
        drawn["position"],
        *(params and (params["conversation"], params.get("page", "1")) for params in beside),
    )


def expected(ids, n, rows=PAGE, more=""):
    """The same by hand: the ``n``-th of a list, from 0, pages of so many rows."""

    def neighbour(at):
        return (ids[at], str(at // rows + 1)) if 0 <= at < len(ids) else None

    return f"{n + 1} of {len(ids)}{more}", neighbour(n - 1), neighbour(n + 1)


@pytest.fixture
def reading(opened, read_folder):
    """Opens a conversation by its id."""

    def open_(key, **params):
        return whole(opened(read_folder, "conversation", conversation=key, **params))

    return open_


PLACES = [0, 1, PAGE - 1, PAGE, 2 * PAGE - 1, 2 * PAGE, len(IDS) - 2, len(IDS) - 1]


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("is_page_known", [True, False])
def test_it_stands_between_its_neighbours(reading, at, is_page_known):
    page = {"page": str(at // PAGE + 1)} if is_page_known else {}
    app = reading(IDS[at], **page)
    assert way(app) == expected(IDS, at)
    assert data(app, "list_navigation")["back"] == (
        "browse" if at < PAGE else f"browse?page={at // PAGE + 1}"
    )
    assert data(app, "list_navigation")["note"] == ""


@pytest.mark.parametrize("at", PLACES)
def test_so_it_does_in_a_shuffled_list(reading, at):
    ids = shuffled(IDS, 39)
    app = reading(ids[at], sort="shuffled", seed="39")
    assert way(app) == expected(ids, at, more=", shuffled by seed 39")
    back = query(data(app, "list_navigation")["back"])
    assert back.pop("page", "1") == str(at // PAGE + 1)
    assert back == {"sort": "shuffled", "seed": "39"}


@pytest.mark.parametrize("at", PLACES)
def test_and_in_a_sorted_one(reading, at):
    by_turns = sorted(ROWS, key=lambda row: (-row["turn"], row["conversation_id"]))
    ids = [row["conversation_id"] for row in by_turns]
    app = reading(ids[at], sort="turn_count", order="desc")
    assert way(app) == expected(ids, at)


def test_next_leads_through_the_whole_list(reading):
    ids = shuffled(IDS, 5)
    app = reading(ids[0], sort="shuffled", seed="5", read="rendered")
    seen = [ids[0]]
    while href := data(app, "list_navigation")["after"]:
        app.query_params.clear()
        for name, text in query(href).items():
            app.query_params[name] = text
        app = whole(app.run())
        seen.append(app.query_params["conversation"])
    assert seen == ids
    assert app.query_params["read"] == "rendered"
    assert app.query_params["page"] == "3"


@pytest.mark.parametrize("page", ["9", "0", "-1", "x", "9" * 30])
def test_a_page_that_it_is_not_on_changes_nothing(reading, page):
    assert way(reading(IDS[30], page=page)) == expected(IDS, 30)


@pytest.mark.parametrize("params", [{"sort": "colour"}, {"sort": "shuffled", "seed": "x"}])
def test_nonsense_in_the_order_is_the_default(reading, params):
    ids = IDS if "seed" not in params else shuffled(IDS, 0)
    more = ", shuffled by seed 0" if "seed" in params else ""
    assert way(reading(ids[3], **params)) == expected(ids, 3, more=more)


def test_a_slice_of_one(reading):
    assert way(reading("l" * 32, min_turns="200")) == ("1 of 1", None, None)


def test_where_filters_left_it_out_it_can_still_be_read(reading):
    app = reading("t" * 32, model="gpt-4")
    assert way(app)[0].endswith(" of 8")
    app.multiselect(key="model").set_value(["vicuna-13b"])
    app = whole(app.run())
    assert way(app) == ("", None, None)
    assert data(app, "list_navigation")["note"] == "not in this list"
    assert data(app, "list_navigation")["back"] == "browse?model=vicuna-13b"
    assert bodies(app)[1] == "plain"


def test_the_list_knows_which_was_read_last(reading):
    ids = shuffled(IDS, 7)
    app = reading(ids[30], sort="shuffled", seed="7", read="rendered")
    back = query(data(app, "list_navigation")["back"])
    app.query_params.clear()
    for name, text in back.items():
        app.query_params[name] = text
    app = whole(app.switch_page("views/browse.py").run())
    rows = data(app, "conversation_list")["rows"]
    assert [query(row["href"])["conversation"] for row in rows] == ids[25:50]
    assert [row["isLastRead"] for row in rows] == [n == 5 for n in range(25)]
    assert query(rows[0]["href"]) == {**back, "conversation": ids[25]}


def test_a_list_is_shuffled_anew_each_time_and_put_in_order_again(opened, read_folder):
    app = whole(opened(read_folder, "browse", page="2"))
    seeds = set()
    for _ in range(2):
        app = whole(app.button(key="shuffle").click().run())
        seed = app.query_params["seed"]
        seeds.add(seed)
        rows = data(app, "conversation_list")["rows"]
        assert [query(row["href"])["conversation"] for row in rows] == shuffled(IDS, seed)[:25]
        assert f"1–25 of {len(IDS)}, shuffled by seed {seed}" in captions(app)
    assert len(seeds) == 2
    app = whole(app.button(key="unshuffle").click().run())
    assert not app.query_params
    assert f"1–25 of {len(IDS)}" in captions(app)


@pytest.mark.parametrize("view", ["browse", "conversation"])
def test_a_random_one_is_the_first_of_a_shuffled_list(opened, read_folder, view):
    params = {"conversation": "t" * 32, "turn": "1"} if view == "conversation" else {}
    app = whole(opened(read_folder, view, model="model-1", page="9", read="rendered", **params))
    app = whole(app.button(key="random").click().run())
    address = query(data(app, "go")["href"])
    ids = [row["conversation_id"] for row in ROWS if row["model"] == "model-1"]
    assert address.pop("conversation") == shuffled(ids, address["seed"])[0]
    address.pop("seed")
    assert address == {"model": "model-1", "sort": "shuffled", "read": "rendered"}


def test_a_conversation_of_a_search_stands_in_its_results(indexed):
    params = {"q": "museum", "mode": "words"}
    pages = [whole(indexed("search", **params, page=page)) for page in "12"]
    ids = [key for page in pages for key in result_ids(page)]
    hits = {
        query(result["href"])["conversation"]: query(result["href"])["turn"]
        for page in pages
        for card in cards(page)
        for result in (card, *card["repeats"])
    }
    total = "of 121"
    for at in (0, 7, 19, 20):
        page = {} if at < 20 else {"page": "2"}
        app = whole(indexed("conversation", **params, **page, conversation=ids[at], turn="1"))
        place, before, after = way(app)
        assert place == f"{at + 1} {total}"
        assert before == (None if at == 0 else (ids[at - 1], str((at - 1) // 20 + 1)))
        assert after == (ids[at + 1], str((at + 1) // 20 + 1))
        assert query(data(app, "list_navigation")["back"]) == {**params, **page}
        assert data(app, "list_navigation")["back"].startswith("search?")
        assert data(app, "list_navigation")["backLabel"] == "Back to search"
        # One comes to the turn that was found in it.
        assert query(data(app, "list_navigation")["after"])["turn"] == hits[ids[at + 1]]


def test_a_search_that_does_not_have_it_or_cannot_be_read_says_so(indexed):
    key = result_ids(indexed("search", q="museum", mode="words"))[0]
    for params, note in (
        ({"q": "zzzzqq"}, "not in this list"),
        ({"q": '"museum'}, "The query '\"museum' cannot be read"),
        ({"q": "museum", "page": "999"}, "not in this list"),
        ({"q": "museum", "min_turns": "999"}, "not in this list"),
    ):
        app = whole(indexed("conversation", mode="words", **params, conversation=key))
        assert data(app, "list_navigation")["note"].startswith(note)
        assert way(app) == ("", None, None)
        assert bodies(app)[0]


def test_others_with_the_same_first_prompt_stand_around(opened, accepted):
    app = whole(opened(accepted, "conversation", conversation="f" * 32, read="rendered"))
    (section,) = data(app, "related")["sections"]
    assert (section["title"], section["note"], section["all"]) == (
        *("Same first prompt", "2 conversations, by model", None),
    )
    assert [(item["title"], item["detail"], item["flags"]) for item in section["items"]] == [
        ("gpt-4", "1 turn, 9 characters", []),
        ("vicuna-13b", "1 turn, 0 characters", []),
    ]
    assert [query(item["href"]) for item in section["items"]] == [
        {"read": "rendered", "conversation": letter * 32} for letter in "ag"
    ]
    assert [query(item["beside"]) for item in section["items"]] == [
        {"read": "rendered", "conversation": "f" * 32, "beside": letter * 32} for letter in "ag"
    ]
    assert "related" not in components(
        whole(opened(accepted, "conversation", conversation="b" * 32))
    )


def test_of_many_others_the_first_are_named_and_all_can_be_listed(
    monkeypatch, reading, opened, read_folder
):
    monkeypatch.setattr("dashboard.panels.conversation.related.OTHERS_SHOWN", 40)
    for key in ("00" * 32, "07" * 32, "44" * 32, "r" * 32):
        (section,) = data(reading(key), "related")["sections"]
        assert section["note"] == f"{REPEATS} conversations, by model; the first 40 are listed"
        ids = [query(item["href"])["conversation"] for item in section["items"]]
        titles = [item["title"] for item in section["items"]]
        assert len(set(ids) - {key}) == 40
        assert titles == sorted(titles)
        listed = whole(opened(read_folder, "browse", **query(section["all"])))
        assert f"1–25 of {REPEATS + 1}" in captions(listed)
    flagged = {item["title"]: item["flags"] for item in section["items"]}
    assert not any(flagged.values())
    (section,) = data(reading("07" * 32), "related")["sections"]
    flagged = {item["title"]: item["flags"] for item in section["items"] if item["flags"]}
    assert flagged == {"gpt-4": ["hate"]}


def test_neighbours_in_meaning_stand_around_where_there_is_an_index(indexed):
    key = result_ids(indexed("search", q="museum", mode="words"))[0]
    app = whole(indexed("conversation", conversation=key))
    section = data(app, "related")["sections"][-1]
    assert section["title"] == "Close in meaning"
    ids = [query(item["href"])["conversation"] for item in section["items"]]
    assert ids == result_ids(indexed("search", like=key))[: len(ids)]
    assert len(ids) == 5
    assert key not in ids
    assert all(int(query(item["href"])["turn"]) >= 1 for item in section["items"])
    similar = [float(item["detail"].removeprefix("similarity ")) for item in section["items"]]
    assert similar == sorted(similar, reverse=True)
    assert [query(item["beside"])["beside"] for item in section["items"]] == ids
