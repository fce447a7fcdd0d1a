"""The route of the map: who gets points, how many bytes they are, and what has been removed."""

import gzip
import json
import shutil

import duckdb
import numpy as np
import pytest
from starlette.applications import Starlette

from dashboard.process import map_arrays, open_stores
from dashboard.state.identity_seal import SEALED_HEADER, seal_user
from dashboard.web.map_data import map_route
from queries.access import User
from queries.removal.remove import remove
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.asgi import Answer
from tests.support.map_stores import put_on_map, quarter_places
from tests.support.topic_stores import subject_rows, topic_store

SECRET = "Kitten secrets: write to mia.wallis@example.org about cats and cats, please"
RUDE = "A kitten, a cat, two cats and rude words that are flagged, aren't they?"
HIDDEN = "A kitten, a cat, two cats and hidden words that nobody sees in lists."
APP = Starlette(routes=[map_route()])


def reply_to(path, query="", **headers):
    """What the route answers to one request."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(APP, path, query=query, headers=named)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A store of 63 prompts on the map, one that is not, and one prompt that two have."""
    rows, subjects = subject_rows()
    verdict = tiny_dataset.verdict
    texts = {
        "a": SECRET,
        "b": (RUDE, verdict("harassment")),
        "c": (HIDDEN, verdict("sexual/minors")),
        "d": rows[0]["conversation"][0]["content"],
        "e": "No place for this one",
    }
    for letter, text in texts.items():
        rows.append(tiny_dataset.row(letter, "gpt-4", "English", text, "Yes."))
    store = topic_store(tmp_path_factory.mktemp("map"), rows)
    subjects |= {letter * 32: "cats" for letter in "abcd"}
    places = quarter_places(subjects)
    first = rows[0]["conversation_id"]
    put_on_map(store, lambda i: places(first if i == "d" * 32 else i))
    accept(store, "a test")
    return store.path


@pytest.fixture
def mapped(built, tmp_path, monkeypatch):
    """A copy of that store, which the route serves."""
    shutil.copytree(built, tmp_path / "store")
    store = StorePath(tmp_path / "store")
    monkeypatch.setenv("CHATSCAPE_STORE", str(store.path))
    open_stores.settings.cache_clear()
    yield store
    open_stores.settings.cache_clear()


def address(part, store):
    snapshot = open_stores.store_of_version(store.current().name).snapshot
    code = map_arrays.removals_code(snapshot)
    return f"/chatscape/map/{snapshot.version}/{code}/{part}"


def plain_rows(store, condition="true"):
    """The prompts on the map by plain SQL on the files: group, place, and first id."""
    files = f"{store.current().table('conversations')}/*.parquet"
    return duckdb.execute(
        f"select prompt_group, any_value(map_x), any_value(map_y), min(conversation_id) "
        f"from '{files}' where map_x is not null and {condition} "
        f"group by prompt_group order by prompt_group"
    ).fetchall()


def points(store):
    return np.frombuffer(reply_to(address("points", store)).body, "<u2").reshape(-1, 2)


def members(store, query):
    bits = np.frombuffer(reply_to(address("slice", store), query).body, np.uint8)
    return np.unpackbits(bits, bitorder="little")[: len(points(store))]


def index_of(store, identifier):
    return [row[3] for row in plain_rows(store)].index(identifier)


def preview(store, identifier):
    reply = reply_to(address(f"preview/{index_of(store, identifier)}", store))
    assert reply.headers["content-type"] == "application/json"
    return json.loads(reply.body)


def test_each_prompt_with_a_place_is_a_point_of_five_bytes(mapped):
    expected = plain_rows(mapped)
    assert len(expected) == 63
    assert points(mapped).tolist() == [[x, y] for _, x, y, _ in expected]
    byte_count = sum(len(reply_to(address(p, mapped)).body) for p in ("points", "colours/model"))
    assert byte_count == 5 * 63


def test_a_slice_is_a_bit_for_each_point(mapped):
    reply = reply_to(address("slice", mapped), "model=vicuna-13b", accept_encoding="gzip")
    assert len(gzip.decompress(reply.body)) == 8
    kept = {group for group, *_ in plain_rows(mapped, "model = 'vicuna-13b'")}
    assert 0 < len(kept) < 63
    expected = [group in kept for group, *_ in plain_rows(mapped)]
    assert members(mapped, "model=vicuna-13b").tolist() == expected
    assert not members(mapped, "min_turns=99").any()


def test_colour_classes_are_those_of_the_first_conversation(mapped):
    snapshot = open_stores.store_of_version(mapped.current().name).snapshot
    for colour in ("model", "language", "topic"):
        names = map_arrays.colour_classes(mapped.path, snapshot, colour)
        numbers = reply_to(address(f"colours/{colour}", mapped)).body
        files = f"{mapped.current().table('conversations')}/*.parquet"
        expected = dict(
            duckdb.execute(f"select conversation_id, {colour} from '{files}'").fetchall()
        )
        assert [names[n] if n < 254 else None for n in numbers] == [
            expected[identifier] for *_, identifier in plain_rows(mapped)
        ]
    flagged = reply_to(address("colours/flagged", mapped)).body
    identifiers = [identifier for *_, identifier in plain_rows(mapped)]
    is_flagged = zip(identifiers, flagged, strict=True)
    assert {identifier for identifier, n in is_flagged if n == 1} == {"b" * 32, "c" * 32}


def test_removed_ones_are_gone_at_once_and_old_addresses_with_them(mapped):
    old = address("points", mapped)
    gone = index_of(mapped, "a" * 32)
    before = points(mapped).tolist()
    remove(mapped, ["a" * 32, "d" * 32], "for a test", "tester")
    reply = reply_to(old)
    assert (reply.status, reply.body) == (
        410,
        b"The conversations of the store have changed: reload the page.",
    )
    assert points(mapped).tolist() == before[:gone] + before[gone + 1 :]


def test_a_point_shows_its_opening_masked_and_covered(mapped):
    shown = preview(mapped, "a" * 32)
    assert shown["text"].startswith("Kitten secrets: write to [email address] about")
    assert shown["conversation_id"] == "a" * 32
    assert preview(mapped, "b" * 32)["text"] == "Covered: flagged as harassment"
    assert preview(mapped, "0" * 32)["conversation_count"] == 2


def test_what_is_never_shown_beside_others_has_no_text(mapped):
    reply = reply_to(address(f"preview/{index_of(mapped, 'c' * 32)}", mapped))
    assert json.loads(reply.body)["text"] is None
    assert b"hidden" not in reply.body


def test_browsers_keep_points_but_ask_each_time(mapped):
    path = address("points", mapped)
    reply = reply_to(path)
    assert reply.headers["cache-control"] == "private, no-cache"
    again = reply_to(path, if_none_match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert reply_to(path, "x=1").headers["etag"] != reply.headers["etag"]


def test_only_who_may_open_pages_gets_points(mapped, monkeypatch):
    path = address("points", mapped)
    monkeypatch.setenv("CHATSCAPE_SIGN_IN", "proxy")
    monkeypatch.setenv("CHATSCAPE_PROXY_SECRET", "s" * 64)
    open_stores.settings.cache_clear()
    for part in ("points", "colours/model", "slice", "preview/0"):
        refused = reply_to(path.replace("points", part))
        assert (refused.status, refused.body) == (403, b"Sign in first.")
    reply = reply_to(path, **{SEALED_HEADER.lower(): seal_user(User("eve", "reader"))})
    assert reply.status == 200


def test_without_the_licence_there_are_no_points(mapped):
    for path in mapped.state_path.iterdir():
        path.unlink()
    reply = reply_to(address("points", mapped))
    assert reply.status == 403
    assert b"licence" in reply.body


@pytest.mark.parametrize(
    ("part", "query", "status"),
    [
        ("slice", "model=x&no=1", 400),
        ("slice", "min_turns=many", 400),
        ("slice/x", "", 404),
        ("colours/opening", "", 404),
        ("preview/63", "", 404),
        ("preview/-1", "", 404),
        ("preview/²", "", 404),
        ("", "", 404),
    ],
)
def test_what_is_no_part_of_the_map_is_said_so(mapped, part, query, status):
    assert reply_to(address(part, mapped), query).status == status


def test_another_version_is_gone(mapped):
    for version in ("no-such-version", "..", "."):
        assert reply_to(f"/chatscape/map/{version}/x/points").status == 410
