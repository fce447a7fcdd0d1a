"""Prompt groups are numbers of the store: they say nothing of the text to who has no key."""

import hashlib
import json
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.errors import DataError
from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.open_store import open_store
from queries.prepare import build_plan as planning
from queries.prepare import prompt_groups as grouping
from queries.prepare import scatter
from queries.prepare.build import build_store
from queries.prepare.prompt_groups import group_key, group_numbers, prompt_digests
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.stores import FIXED_GROUP_KEY, fix_group_key, prepare_store

EGG = "how do i boil an egg"
"""The first prompt of three conversations, normalised."""


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_dataset.write(tmp_path_factory.mktemp("raw") / "raw.parquet", tiny_dataset.ROWS)


def groups(folder: Path) -> dict[str, int]:
    """The prompt group of each conversation with a prompt."""
    paths = sorted(StorePath(folder).current().table("conversations").glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(path) for path in paths]).to_pylist()
    return {
        row["conversation_id"]: row["prompt_group"]
        for row in rows
        if row["prompt_group"] is not None
    }


def test_two_stores_of_the_same_data_share_no_number(raw, tmp_path):
    prepare_store(raw, tmp_path / "one")
    prepare_store(raw, tmp_path / "two")
    first, second = groups(tmp_path / "one"), groups(tmp_path / "two")
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


def test_guessing_the_prompt_does_not_give_the_number(raw, tmp_path):
    prepare_store(raw, tmp_path)
    numbers = set(groups(tmp_path).values())
    for size in range(8, 65):
        digest = int.from_bytes(hashlib.blake2b(EGG.encode(), digest_size=size).digest(), "big")
        bits = 8 * size
        assert not {digest >> (bits - width) for width in range(40, 65)} & numbers


def test_a_store_that_is_prepared_again_has_the_same_groups(raw, tmp_path):
    prepare_store(raw, tmp_path)
    before = groups(tmp_path)
    key = StorePath(tmp_path).group_key_path.read_bytes()
    assert build_store(str(raw), StorePath(tmp_path), Silent(), fresh=True).is_new
    assert groups(tmp_path) == before
    assert StorePath(tmp_path).group_key_path.read_bytes() == key


def test_other_data_keeps_the_number_of_a_prompt(raw, tmp_path):
    prepare_store(raw, tmp_path / "store")
    before = groups(tmp_path / "store")
    fewer = tiny_dataset.write(tmp_path / "fewer.parquet", tiny_dataset.ROWS[:7])
    prepare_store(fewer, tmp_path / "store")
    after = groups(tmp_path / "store")
    assert after.items() < before.items()


def test_numbers_are_exact_in_javascript(raw, tmp_path):
    prepare_store(raw, tmp_path)
    for number in groups(tmp_path).values():
        assert 0 <= number < 2**53
        assert int(float(number)) == number


def test_the_key_is_32_random_bytes_that_its_owner_alone_may_read(raw, tmp_path):
    keys = set()
    for name in ("one", "two"):
        prepare_store(raw, tmp_path / name)
        path = StorePath(tmp_path / name).group_key_path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_bytes()) == 32
        keys.add(path.read_bytes())
    assert len(keys) == 2


def test_no_manifest_and_no_table_has_the_key(raw, tmp_path):
    prepare_store(raw, tmp_path)
    key = StorePath(tmp_path).group_key_path.read_bytes()
    for path in StorePath(tmp_path).versions_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert key not in data
            assert key.hex().encode() not in data


def test_a_key_gives_the_number(raw, tmp_path):
    fix_group_key(tmp_path)
    prepare_store(raw, tmp_path)
    digest = hashlib.blake2b(EGG.encode(), digest_size=16, key=FIXED_GROUP_KEY).digest()
    assert groups(tmp_path)["a" * 32] == int.from_bytes(digest, "big") >> (128 - 53)


@pytest.mark.parametrize("bits", [0, 1, 3])
def test_prompts_whose_numbers_collide_stay_apart(monkeypatch, bits):
    texts = [f"prompt {'x' * n}" for n in range(2**bits)]
    digests = prompt_digests(pa.array([*texts, None, *texts[::-1]]), FIXED_GROUP_KEY)
    monkeypatch.setattr(grouping, "NUMBER_BITS", bits)
    numbers = group_numbers(digests).to_pylist()
    assert numbers[len(texts)] is None
    first, second = numbers[: len(texts)], numbers[len(texts) + 1 :]
    assert sorted(first) == list(range(2**bits))
    assert first == second[::-1]


def test_a_collision_is_decided_the_same_way_in_any_order(monkeypatch):
    monkeypatch.setattr(grouping, "NUMBER_BITS", 4)
    texts = [f"prompt {'x' * n}" for n in range(12)]
    digests = prompt_digests(pa.array(texts), FIXED_GROUP_KEY)
    straight = group_numbers(digests).to_pylist()
    backward = group_numbers(digests.take(pa.array(range(11, -1, -1)))).to_pylist()
    assert len(set(straight)) == 12
    assert straight == backward[::-1]


def test_no_prompts_have_no_numbers():
    digests = prompt_digests(pa.array([None, None], pa.string()), FIXED_GROUP_KEY)
    assert group_numbers(digests).to_pylist() == [None, None]
    assert group_numbers(digests.slice(0, 0)).to_pylist() == []


def test_a_damaged_key_is_reported(raw, tmp_path):
    StorePath(tmp_path).group_key_path.write_bytes(b"short")
    with pytest.raises(DataError, match=r"prompt-groups.key is damaged.*Put it back.*or delete it"):
        build_store(str(raw), StorePath(tmp_path), Silent())


def test_a_key_that_others_could_read_is_closed(raw, tmp_path):
    fix_group_key(tmp_path)
    path = StorePath(tmp_path).group_key_path
    path.chmod(0o644)
    assert group_key(StorePath(tmp_path)) == FIXED_GROUP_KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_interrupted_build_with_another_key_is_not_resumed(raw, tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "UNIT_ROWS", 3)
    small = tmp_path / "small.parquet"
    pq.write_table(pq.read_table(raw), small, row_group_size=3)
    store = StorePath(tmp_path / "store")
    written = []

    def fail_late(*arguments, real=scatter.write_json):
        real(*arguments)
        written.append(arguments)
        if len(written) == 2:
            raise OSError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(scatter, "write_json", fail_late)
        with pytest.raises(OSError, match="stopped"):
            build_store(str(small), store, Silent())
    store.group_key_path.write_bytes(FIXED_GROUP_KEY)
    built = build_store(str(small), store, Silent())
    assert built.resumed_rows == 0
    assert len({groups(store.path)[letter * 32] for letter in "afg"}) == 1


def test_a_store_of_older_code_is_built_again_when_it_is_prepared(raw, tmp_path):
    version = prepare_store(raw, tmp_path)
    before = groups(tmp_path)
    manifest = version.manifest()
    manifest["steps"]["prepare"]["prepare_version"] = 2
    version.manifest_path.write_text(json.dumps(manifest))
    assert StorePath(tmp_path).current() == version
    built = build_store(str(raw), StorePath(tmp_path), Silent())
    assert built.is_new
    assert groups(tmp_path) == before


def test_an_export_has_the_number_and_not_the_key(raw, tmp_path):
    prepare_store(raw, tmp_path / "store")
    key = StorePath(tmp_path / "store").group_key_path.read_bytes()
    store = open_store(tmp_path / "store", Settings())
    out = tmp_path / "out.jsonl"
    write_export(store, ExportPlan(shape="prompts", format="jsonl"), out, who="tester")
    store.close()
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {row["prompt_group"] for row in rows} == set(groups(tmp_path / "store").values())
    for path in (out, tmp_path / "out.jsonl.manifest.json"):
        assert key.hex() not in path.read_text()
