"""The synthetic dataset: exact in schema, the same bytes for the same seed, like the real one."""

import hashlib
import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.datasets.lmsys_chat import CURRENT_SCHEMA, EARLY_SCHEMA
from queries.errors import UsageError
from queries.runtime.progress import Silent
from queries.schema import CATEGORIES
from queries.synthetic.distributions import CATEGORY_SETS
from queries.synthetic.phrases import load_phrases
from queries.synthetic.random_draws import Draws, weighted_index
from queries.synthetic.write import write_synthetic_dataset
from tests.support.paths import SAMPLE

ROWS = 60_000

NAME = re.compile(r"\bNAME_\d", re.ASCII)  # a name may follow a letter of another script


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> pa.Table:
    """A dataset large enough to have marginals."""
    (path,) = write_synthetic_dataset(
        tmp_path_factory.mktemp("many") / "many.parquet", ROWS, 7, Silent()
    )
    return pq.read_table(path)


def test_other_data_is_not_written_over(tmp_path):
    path = tmp_path / "mine.parquet"
    path.write_bytes(b"not to be lost")
    with pytest.raises(UsageError, match=r"mine\.parquet exists and is not a synthetic dataset"):
        write_synthetic_dataset(path, 10, 1, Silent())
    assert path.read_bytes() == b"not to be lost"
    (again,) = write_synthetic_dataset(tmp_path / "sample.parquet", 10, 1, Silent())
    write_synthetic_dataset(again, 10, 2, Silent())


def test_the_bundled_sample_is_what_the_command_makes(tmp_path):
    (path,) = write_synthetic_dataset(tmp_path / "again.parquet", 2_000, 39, Silent())
    assert path.read_bytes() == SAMPLE.read_bytes()
    assert SAMPLE.stat().st_size <= 2_500_000


def test_the_bundled_sample_speaks_every_language_that_has_texts():
    languages = set(pq.read_table(SAMPLE, columns=["language"])["language"].to_pylist())
    assert set(load_phrases().topics) <= languages


def test_the_schema_is_exactly_the_published_one(tmp_path, many):
    assert many.schema.remove_metadata().equals(CURRENT_SCHEMA)
    (early,) = write_synthetic_dataset(tmp_path / "e.parquet", 50, 1, Silent(), schema="early")
    assert pq.read_schema(early).remove_metadata().equals(EARLY_SCHEMA)


def test_shards_and_batches_do_not_change_the_rows(tmp_path, monkeypatch):
    (whole,) = write_synthetic_dataset(tmp_path / "whole.parquet", 300, 5, Silent())
    monkeypatch.setattr("queries.synthetic.write.BATCH_ROWS", 17)
    shards = write_synthetic_dataset(tmp_path / "shards", 300, 5, Silent(), shards=7)
    assert [p.name for p in shards][:2] == [
        "train-00000-of-00007.parquet",
        "train-00001-of-00007.parquet",
    ]
    assert pa.concat_tables([pq.read_table(p) for p in shards]).equals(pq.read_table(whole))


def test_another_seed_gives_other_conversations(tmp_path):
    paths = [write_synthetic_dataset(tmp_path / f"{s}.parquet", 50, s, Silent())[0] for s in (1, 2)]
    ids = [set(pq.read_table(p)["conversation_id"].to_pylist()) for p in paths]
    assert not ids[0] & ids[1]


def test_several_shards_need_a_folder(tmp_path):
    with pytest.raises(UsageError, match="name a folder to write 2 shards into"):
        write_synthetic_dataset(tmp_path / "x.parquet", 10, 1, Silent(), shards=2)


def test_no_rows_are_a_dataset_too(tmp_path):
    (path,) = write_synthetic_dataset(tmp_path / "x.parquet", 0, 1, Silent())
    assert pq.read_table(path).num_rows == 0


def messages(table: pa.Table) -> list[tuple[str, str, dict]]:
    """Role, content and verdict of every message."""
    pairs = zip(
        table["conversation"].to_pylist(), table["openai_moderation"].to_pylist(), strict=True
    )
    return [
        (m["role"], m["content"], v)
        for conversation, verdicts in pairs
        for m, v in zip(conversation, verdicts, strict=True)
    ]


def test_conversations_are_well_formed(many):
    for row in many.slice(0, 3_000).to_pylist():
        assert re.fullmatch("[0-9a-f]{32}", row["conversation_id"])
        roles = [m["role"] for m in row["conversation"]]
        assert roles == ["user", "assistant"] * row["turn"]
        assert len(row["openai_moderation"]) == len(roles)
        has_name = any(NAME.search(m["content"]) for m in row["conversation"])
        assert row["redacted"] == has_name
        for verdict in row["openai_moderation"]:
            assert verdict["flagged"] == any(verdict["categories"].values())
            for category, score in verdict["category_scores"].items():
                assert 0 < score < 1
                assert (score >= 0.5) == verdict["categories"][category]
    assert len(many["conversation_id"].unique()) == ROWS


def near(actual: float, expected: float, slack: float) -> bool:
    return abs(actual - expected) <= slack


def test_models_and_languages_have_the_published_marginals(many):
    models = Counter(many["model"].to_pylist())
    languages = Counter(many["language"].to_pylist())
    assert len(models) == 25
    assert near(models["vicuna-13b"] / ROWS, 0.4907, 0.008)
    assert [name for name, _ in models.most_common(5)] == [
        "vicuna-13b",
        "koala-13b",
        "alpaca-13b",
        "chatglm-6b",
        "llama-13b",
    ]
    assert near(languages["English"] / ROWS, 0.78, 0.01)
    assert [name for name, _ in languages.most_common(5)] == [
        "English",
        "Portuguese",
        "Russian",
        "Chinese",
        "Spanish",
    ]
    assert len(languages) > 120


def test_turns_have_the_published_marginals(many):
    turns = np.array(many["turn"])
    assert near((turns == 1).mean(), 0.67, 0.015)
    assert near(turns.mean(), 2.02, 0.08)
    assert turns.max() <= 50


def test_flags_have_the_published_marginals(many):
    flags = [list(row) for row in many["openai_moderation"].to_pylist()]
    any_flagged = sum(any(v["flagged"] for v in row) for row in flags) / ROWS
    assert near(any_flagged, 0.0544, 0.004)
    published = {
        "sexual": 33_968,
        "harassment": 21_167,
        "violence": 9_499,
        "hate": 3_591,
        "self-harm": 863,
    }
    for category, count in published.items():
        share = sum(any(v["categories"][category] for v in row) for row in flags) / ROWS
        assert near(share, count / 1e6, max(0.1 * count / 1e6, 0.0006)), category
    all_messages = messages(many)
    for role, share in (("user", 0.0308), ("assistant", 0.0412)):
        of_role = [v["flagged"] for r, _, v in all_messages if r == role]
        assert near(sum(of_role) / len(of_role), share, 0.006), role


def test_prompts_repeat_and_are_cut_where_the_site_cut_them(many):
    first = [row[0]["content"] for row in many["conversation"].to_pylist()]
    assert 0.4 < len(set(first)) / ROWS < 0.6
    lengths = Counter(len(content) for role, content, _ in messages(many) if role == "user")
    assert max(lengths) == 2_560
    for limit in (1_536, 2_560):
        around = [lengths[limit + d] for d in range(-40, 40) if d]
        assert lengths[limit] > 20 * max(around)


def test_texts_are_of_many_kinds(many):
    text = "\n".join(content for _, content, _ in messages(many.slice(0, 20_000)))
    for pattern in (
        r"```python\n",
        r"\$\$|\\frac",
        r"^\| ?---|^\|---",
        r"^\d\. ",
        r"^- ",
        r"NAME_1",
        r"language model",
    ):
        assert re.search(pattern, text, re.M), pattern
    for letters in (
        "\u0627",
        "\u05d0",
        "\u4e00-\u9fff",
        "\u3042",
        "\u0430",
        "\u0e01",
        "\uac00-\ud7a3",
    ):
        assert re.search(f"[{letters}]", text), letters


def test_the_banks_hold_twenty_topics_and_a_dozen_languages():
    known = load_phrases()
    assert len(known.topics["English"]) == 20
    assert {"Arabic", "Hebrew", "Chinese", "Japanese", "Russian", "Thai"} <= set(known.topics)
    assert len(known.topics) >= 12
    for (_, _, purpose), pool in known.pools.items():
        assert 0 <= pool.plain <= pool.size
        assert pool.plain > 0 or purpose == "documents"


def test_category_sets_are_of_published_categories():
    named = {category for names in CATEGORY_SETS for category in names}
    assert named == set(CATEGORIES)


def test_draws_depend_on_seed_purpose_and_counters_alone():
    rows = np.arange(1_000)
    draws = Draws(3)
    assert (draws.bits("a", rows) == Draws(3).bits("a", rows)).all()
    assert (draws.bits("a", rows)[500:] == draws.bits("a", rows[500:])).all()
    for other in (draws.bits("b", rows), Draws(4).bits("a", rows), draws.bits("a", rows, rows)):
        assert (draws.bits("a", rows) != other).mean() > 0.99
    digest = hashlib.sha256(draws.bits("a", rows).tobytes()).hexdigest()
    assert digest[:16] == "bbfeb863f63c301b"


def test_weights_are_drawn_as_often_as_they_say():
    unit = Draws(1).unit("x", np.arange(100_000))
    assert unit.min() >= 0
    assert unit.max() < 1
    shares = np.bincount(weighted_index([1, 2, 0, 7], unit), minlength=4) / 100_000
    assert shares == pytest.approx([0.1, 0.2, 0, 0.7], abs=0.005)
