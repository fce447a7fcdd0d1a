"""Which conversations become chats for fine-tuning, and what is said of the others."""

import json

import pytest

from queries.export.chat_rows import NO_MESSAGE, NO_REPLY, NO_TEXT, NOT_ALTERNATING, OTHER_ROLE
from queries.open_store import open_store
from queries.settings import Settings
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.exports import exported, rows_of
from tests.support.stores import prepare_store

REASONS = {
    "user": NO_REPLY,
    "user assistant user": NO_REPLY,
    "user user assistant": NOT_ALTERNATING,
    "user assistant assistant": NOT_ALTERNATING,
    "assistant user assistant": NOT_ALTERNATING,
    "assistant": NOT_ALTERNATING,
    "system": NO_REPLY,
    "system system user assistant": OTHER_ROLE,
    "user system assistant": OTHER_ROLE,
    "user assistant tool assistant": OTHER_ROLE,
    "human gpt": OTHER_ROLE,
    "User Assistant": OTHER_ROLE,
    "": NO_MESSAGE,
}
KEPT = (
    "user assistant",
    "user assistant user assistant",
    "system user assistant",
    "system user assistant user assistant",
)


def conversation(number: int, roles: str, texts: tuple[str | None, ...] = ()) -> dict[str, object]:
    messages = [
        {"role": role, "content": texts[n] if texts else f"{role} {n}"}
        for n, role in enumerate(roles.split())
    ]
    row = tiny_dataset.row("a", "m", "English")
    row |= {"conversation_id": f"{number:032}", "conversation": messages, "openai_moderation": []}
    return row


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    cases = [*REASONS, *KEPT]
    rows = [conversation(number, roles) for number, roles in enumerate(cases)]
    rows += [
        conversation(90, "user assistant", ("Hi", None)),
        conversation(91, "user assistant", ("Hi", " \n")),
        conversation(92, "user assistant", ("", "Hello")),
    ]
    folder = tmp_path_factory.mktemp("roles")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    return folder / "store"


def test_conversations_that_alternate_to_a_reply_are_kept_whole(folder, tmp_path):
    store = open_store(folder, Settings())
    manifest = exported(store, tmp_path / "x.jsonl", shape="chat", format="jsonl")
    roles = [" ".join(m["role"] for m in row["messages"]) for row in rows_of(tmp_path / "x.jsonl")]
    assert roles == [*KEPT]
    reasons = list(REASONS.values())
    assert manifest["counts"]["left_out"] == {
        **{reason: reasons.count(reason) for reason in reasons},
        NO_TEXT: 3,
    }
    store.close()


def test_the_command_says_what_is_left_out(capsys, folder, tmp_path):
    out = tmp_path / "x.jsonl"
    output = command_output(capsys, "export", out, "--store", folder, "--shape", "chat")
    assert f"Left out: 3 {NO_REPLY}." in output
    manifest = json.loads((tmp_path / "x.jsonl.manifest.json").read_text())
    assert manifest["counts"]["left_out"][OTHER_ROLE] == 5


def test_a_slice_without_a_message_is_an_empty_file(tmp_path):
    rows = [conversation(1, "")]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    manifest = exported(store, tmp_path / "x.jsonl", shape="chat", format="jsonl")
    assert manifest["counts"] == {"conversations": 1, "rows": 0, "left_out": {NO_MESSAGE: 1}}
    store.close()
