"""An OpenAI-compatible endpoint as the model of an index, by a server in this process."""

import json
import shutil
from contextlib import closing

import numpy as np
import pytest

from queries.cli import run
from queries.errors import ModelError
from queries.filters import Filters
from queries.open_store import open_store
from queries.search import endpoint_client, endpoint_model
from queries.search.embedder import load_embedder
from queries.search.endpoint_address import Endpoint
from queries.search.endpoint_client import EndpointClient
from queries.search.endpoint_error import EndpointError
from queries.search.endpoint_model import PROBE, connect_endpoint
from queries.search.model_choice import ModelChoice
from queries.search.service import search
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import embeddings_server as servers
from tests.support.command_line import command_output
from tests.support.embeddings_server import embeddings_server
from tests.support.fake_embedder import DictionaryEmbedder

KEY = "key-that-nobody-may-see"


@pytest.fixture
def server():
    with embeddings_server() as server:
        yield server


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A store of the twelve conversations, without an index."""
    shutil.copytree(tiny_folder, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(endpoint_client, "RETRY_DELAYS", (0.0, 0.0, 0.0))


def build(capsys, folder, server, *options):
    return command_output(
        capsys,
        *("index", "--store", folder, "--model", server.url),
        *("--endpoint-model", servers.MODEL, *options),
    )


def answering(status=200, body=b"", kind="application/json"):
    return lambda server, texts: (status, kind, body)


def with_vectors(vectors):
    rows = [{"index": n, "embedding": v} for n, v in enumerate(vectors)]
    return answering(body=json.dumps({"data": rows}).encode())


def test_an_index_is_built_and_searched_by_an_endpoint(capsys, folder, server, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_MODEL_KEY", KEY)
    out = build(capsys, folder, server)
    assert (
        f"Note: Texts leave this process: every user message, masked, is sent to {server.name} "
        in out
    )
    assert f"embedded by {server.name} (8 dimensions)" in out
    paths, headers, contents = zip(*server.requests, strict=True)
    assert set(paths) == {"/v1/embeddings"}
    assert {header["Authorization"] for header in headers} == {f"Bearer {KEY}"}
    assert {content["model"] for content in contents} == {servers.MODEL}

    version = StorePath(folder).current()
    model = version.manifest()["steps"]["index"]["model"]
    assert (model["name"], model["dimension"]) == (server.name, 8)
    assert not any(KEY.encode() in p.read_bytes() for p in folder.rglob("*") if p.is_file())

    with closing(open_store(folder, Settings())) as store:
        by_endpoint = search(store, Filters(), "kitten", mode="meaning").rows
    with closing(open_store(folder, Settings(), embedder=DictionaryEmbedder())) as store:
        by_hand = search(store, Filters(), "kitten", mode="meaning").rows
    assert by_endpoint["conversation_id"].tolist() == by_hand["conversation_id"].tolist()
    assert by_endpoint["similarity"].tolist() == pytest.approx(by_hand["similarity"].tolist())

    sent = len(server.requests)
    assert "already has this index" in build(capsys, folder, server)
    assert len(server.requests) == sent


def test_vectors_have_length_one_and_the_order_of_the_texts(server):
    model = connect_endpoint(server.name, batch_size=2)
    texts = ["a cat", "a dog", "python code", "rain and a cat", "egg"]
    assert np.allclose(model.embed_documents(texts), DictionaryEmbedder().embed_documents(texts))
    assert [len(content["input"]) for _, _, content in server.requests] == [1, 2, 2, 1]


def test_only_the_beginning_of_a_long_text_is_sent(server):
    model = connect_endpoint(server.name)
    model.embed_documents(["cat " * 1_000])
    assert len(server.texts[-1]) == 2_000
    assert model.are_truncated(["cat " * 1_000, "cat"]).tolist() == [True, False]


def test_a_query_is_masked_before_it_is_sent(server):
    connect_endpoint(server.name).embed_query("cat of jane.doe@example.com")
    assert "cat of" in server.texts[-2]
    assert "jane" not in "".join(server.texts)


def test_the_first_values_of_a_vector_are_an_index_of_their_own(capsys, folder, server):
    wide = {**servers.TOPICS, "last": 14}
    server.embedder = DictionaryEmbedder(wide)
    out = build(capsys, folder, server, "--dimensions", "8")
    assert "(of 16 the first 8 dimensions)" in out
    model = StorePath(folder).current().manifest()["steps"]["index"]["model"]
    assert (model["dimension"], model["truncated_from"]) == (8, 16)
    vector = load_embedder(model).embed_query("cat dog")
    assert vector.shape == (8,)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert not ModelChoice(server.name).is_recorded(model)
    assert not ModelChoice(server.name, 16).is_recorded(model)
    assert ModelChoice(server.name, 8).is_recorded(model)


def test_a_dimension_that_an_index_cannot_hold_is_refused(server):
    server.answer = with_vectors([[1.0] * 12])
    with pytest.raises(ModelError, match=r"12 values.*multiple of 8: use --dimensions 8\."):
        ModelChoice(server.name).load()
    with pytest.raises(ModelError, match="have 12 values, not 16"):
        ModelChoice(server.name, 16).load()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answering(401), "it refuses the key: set CHATSCAPE_MODEL_KEY"),
        (answering(404), "it has no such model, or its address is another"),
        (answering(400), r"it refuses the request \(HTTP 400\)"),
        (answering(418), "it answers HTTP 418"),
        (answering(503), "it answers HTTP 503"),
        (answering(302), "it answers HTTP 302"),
        (answering(body=b"<html>Hello</html>", kind="text/html"), "not that of an embeddings"),
        (answering(body=b'{"data": [3]}'), "not that of an embeddings"),
        (answering(body=b"[]"), "not that of an embeddings"),
        (answering(body=b""), "not that of an embeddings"),
        (with_vectors([]), "0 vectors for 1 texts"),
        (with_vectors([[1.0], [1.0]]), "2 vectors for 1 texts"),
        (answering(body=b'{"data": [{"index": 7, "embedding": [1]}]}'), "1 vectors for 1 texts"),
        (with_vectors([["a"]]), "not lists of numbers"),
        (with_vectors(["AACAPw=="]), "not lists of numbers"),
        (with_vectors([[[1.0]]]), "not lists of numbers"),
        (with_vectors([[None, 1.0]]), "no direction"),
        (with_vectors([[0.0, 0.0]]), "no direction"),
        (answering(body=b'{"data": [{"index": 0, "embedding": [NaN]}]}'), "not that of an embed"),
        (answering(body=b'{"data": [{"embedding": [1e999]}]}'), "not that of an embed"),
    ],
)
def test_an_answer_without_sense_is_one_sentence(server, answer, why):
    server.answer = answer
    with pytest.raises(EndpointError, match=why) as error:
        connect_endpoint(server.name)
    assert str(error.value).startswith(f"The embedding endpoint {server.name} cannot be used: ")
    assert str(error.value).endswith(". Search by words works without it.")
    assert "Hello" not in str(error.value)


def test_texts_follow_no_redirection(server):
    server.answer = answering(307)
    with pytest.raises(EndpointError, match="HTTP 307"):
        connect_endpoint(server.name)
    assert [path for path, _, _ in server.requests] == ["/v1/embeddings"]


def test_texts_go_to_no_proxy(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert connect_endpoint(server.name).model.dimension == 8


def test_a_busy_endpoint_is_asked_again(server):
    busy = iter([503, 429])

    def answer(server, texts):
        status = next(busy, None)
        return servers.plain(server, texts) if status is None else answering(status)(server, texts)

    server.answer = answer
    assert connect_endpoint(server.name).model.dimension == 8
    assert len(server.requests) == 3


def test_an_endpoint_that_keeps_silent_is_left():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = Endpoint(f"http://127.0.0.1:{silent.getsockname()[1]}/v1", "m")
        with pytest.raises(EndpointError, match="it does not answer in time"):
            EndpointClient(endpoint).embed(["a"], seconds=0.05, is_patient=False)


def test_without_an_endpoint_words_are_indexed_and_found(folder, server, capsys):
    name = server.name
    server.server_close()
    assert run(["index", "--store", str(folder), "--model", name]) == 1
    assert "it does not answer (Connection refused)" in capsys.readouterr().err
    with closing(open_store(folder, Settings())) as store:
        assert search(store, Filters(), "egg", mode="words").total


def test_while_an_endpoint_is_down_the_command_searches_by_words(folder, server, capsys):
    build(capsys, folder, server)
    server.answer = answering(503)
    query = ["search", "egg", "--store", str(folder)]
    assert run(query) == 0
    shown = capsys.readouterr()
    assert "3 conversations found." in shown.out
    assert "it answers HTTP 503. Search by words works without it. This searches by" in shown.err
    assert run([*query, "--mode", "meaning"]) == 1
    assert "HTTP 503" in capsys.readouterr().err


def test_while_an_endpoint_is_down_it_is_not_asked_for_every_query(server, monkeypatch):
    model = connect_endpoint(server.name)
    server.answer = answering(500)
    for _ in range(3):
        with pytest.raises(EndpointError, match="HTTP 500"):
            model.embed_query("cat")
    assert len(server.requests) == 2
    server.answer = servers.plain
    monkeypatch.setattr(endpoint_model, "PAUSE_SECONDS", -1.0)
    assert model.embed_query("cat")[0] == 1


def test_another_model_behind_the_endpoint_is_noticed(server):
    recorded = connect_endpoint(server.name).model.as_json()
    assert load_embedder(recorded).embed_query("cat")[0] == 1
    server.embedder = DictionaryEmbedder({**servers.TOPICS, "sentence": 1, "whether": 2})
    with pytest.raises(EndpointError, match="another model than the one"):
        load_embedder(recorded).embed_query("cat")
    server.embedder = DictionaryEmbedder({"cat": 3})
    with pytest.raises(EndpointError, match="have 5 values, not 8: it is another model"):
        load_embedder(recorded).embed_query("cat")


def test_the_model_is_checked_now_and_then(server, monkeypatch):
    model = connect_endpoint(server.name)
    for _ in range(3):
        model.embed_query("cat")
    assert server.texts.count(PROBE) == 2
    monkeypatch.setattr(endpoint_model, "CHECK_SECONDS", -1.0)
    model.embed_query("cat")
    assert server.texts.count(PROBE) == 3


def test_a_key_that_no_header_can_hold_is_refused(server, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_MODEL_KEY", "schlüssel")
    with pytest.raises(EndpointError, match="CHATSCAPE_MODEL_KEY") as error:
        connect_endpoint(server.name)
    assert "schl" not in str(error.value)
    assert not server.requests
