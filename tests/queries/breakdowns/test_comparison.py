"""Comparisons of two slices, against scipy on the published rows."""

import math
import re
from collections import Counter
from hashlib import md5
from statistics import fmean, stdev

import pytest
from scipy import stats

from queries.breakdowns.comparison import comparison, overlap, shifts
from queries.breakdowns.distinctive_words import distinctive_words
from queries.filters import Filters
from queries.masking.placeholders import PLACEHOLDERS
from queries.text.telling_words import telling_words
from tests.support.oracle import (
    SLICES,
    differences,
    in_slice,
    missing,
    ordered,
    prepared_rows,
    sample,
    share,
    wilson,
)
from tests.support.searchable_texts import searchable_opening
from tests.support.ugly_rows import ugly_rows

AGAINST = {
    "rest": None,
    "flagged=any": Filters(flagged="any"),
    "language=English&language=unknown&min_turns=2": Filters(
        language=("English", "unknown"), min_turns=2
    ),
}
PAIRS = [(filters, against) for filters in SLICES for against in AGAINST]


def opening_words(conversation):
    """The words of an opening; what was taken out of it counts once by its kind."""
    opening = searchable_opening(conversation.prompt)
    opening = re.sub(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+", " ", opening)
    kinds = {f"[{kind}]" for kind, sign in PLACEHOLDERS.items() if sign in opening}
    names = {"[name]"} if re.search(r"NAME_\d", opening) else set()
    return telling_words(re.sub(r"NAME_\d+", " ", opening)) | kinds | names


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    if request.param == "sample":
        yield sample_store, sample()
        return
    rows = [{**row, "turn": None if row["turn"] == 0 else row["turn"]} for row in ugly_rows()]
    with prepared_rows(rows, tmp_path_factory.mktemp("comparison")) as both:
        yield both


def sides(conversations, filters, against):
    a = in_slice(conversations, filters)
    other = AGAINST[against]
    chosen = {c.id for c in a}
    rest = [c for c in conversations if c.id not in chosen]
    return a, rest if other is None else in_slice(conversations, other)


def chance_of_shares(count_a, total_a, count_b, total_b):
    if not total_a or not total_b:
        return None
    if count_a + count_b in (0, total_a + total_b):
        return 1.0
    table = [[count_a, total_a - count_a], [count_b, total_b - count_b]]
    return stats.chi2_contingency(table, correction=False).pvalue


def compared_shares(count_a, total_a, count_b, total_b):
    row = {"count_a": count_a, "total_a": total_a, "count_b": count_b, "total_b": total_b}
    rate = {}
    for side, count, total in (("a", count_a, total_a), ("b", count_b, total_b)):
        rate[side], row[f"low_{side}"], row[f"high_{side}"] = share("s", count, total).values()
        row[f"value_{side}"] = rate[side]
    (low_a, high_a), (low_b, high_b) = wilson(count_a, total_a), wilson(count_b, total_b)
    a, b = rate["a"], rate["b"]
    return row | {
        "difference": a - b,
        "low": a - b - math.sqrt((a - low_a) ** 2 + (high_b - b) ** 2),
        "high": a - b + math.sqrt((high_a - a) ** 2 + (b - low_b) ** 2),
        "p_value": chance_of_shares(count_a, total_a, count_b, total_b),
    }


def compared_means(a, b):
    row = {"count_a": None, "count_b": None}
    for side, values in (("a", a), ("b", b)):
        low = high = None
        if len(values) > 1 and stdev(values):
            error = stdev(values) / math.sqrt(len(values))
            low, high = stats.t.interval(0.95, len(values) - 1, fmean(values), error)
        mean = fmean(values) if values else None
        row |= {f"value_{side}": mean, f"low_{side}": low, f"high_{side}": high}
        row[f"total_{side}"] = len(values)
    row |= {"difference": None, "low": None, "high": None, "p_value": None}
    if a and b:
        row["difference"] = fmean(a) - fmean(b)
    if len(a) > 1 and len(b) > 1:
        test = stats.ttest_ind(a, b, equal_var=False)
        ends = test.confidence_interval(0.95)
        row |= {"low": ends.low, "high": ends.high, "p_value": test.pvalue}
    return row


def measured(a, b, sizes):
    """The expected rows of `comparison`."""

    def shares(has, base=lambda c: True):
        counts = []
        for side in (a, b):
            of = [c for c in side if base(c)]
            counts += [sum(map(has, of)), len(of)]
        return compared_shares(*counts)

    def means(value):
        known = [[value(c) for c in side] for side in (a, b)]
        return compared_means(*([v for v in values if v is not None] for values in known))

    def flagged(role, base=lambda c: True):
        return shares(
            lambda c: c.is_flagged(role), lambda c: base(c) and c.is_flagged(role) is not None
        )

    return {
        "flagged_share": flagged(None),
        "user_flagged_share": flagged("user"),
        "assistant_flagged_share": flagged("assistant"),
        "both_given_user_share": flagged("assistant", lambda c: c.is_flagged("user")),
        "redacted_share": shares(lambda c: c.redacted is True),
        "single_turn_share": shares(lambda c: c.turn == 1),
        "with_code_share": shares(lambda c: c.has_code),
        "repeated_prompt_share": shares(
            lambda c: sizes[c.bare_prompt] > 1, lambda c: c.prompt is not None
        ),
        "mean_turn_count": means(lambda c: c.turn),
        "mean_prompt_chars": means(lambda c: c.chars("user") if c.of("user") else None),
        "mean_response_chars": means(lambda c: c.chars("assistant") if c.of("assistant") else None),
    }


def with_corrected(rows):
    tested = [row for row in rows if not missing(row["p_value"]) and not row.get("is_decided")]
    adjusted = stats.false_discovery_control([row["p_value"] for row in tested]) if tested else []
    for row in rows:
        row["corrected_p"] = None
    for row, p in zip(tested, adjusted, strict=True):
        row["corrected_p"] = p
    return rows


@pytest.mark.parametrize(("filters", "against"), PAIRS, ids=str)
def test_measures_of_two_slices_equal_scipy_on_the_published_rows(world, filters, against):
    store, conversations = world
    a, b = sides(conversations, filters, against)
    rows = measured(a, b, Counter(c.bare_prompt for c in conversations))
    decided = set().union(*(DECIDED_MEASURES.get(f, ()) for f in choices(filters, against)))
    wanted = with_corrected(
        [{"measure": name, **row, "is_decided": name in decided} for name, row in rows.items()]
    )
    assert differences(comparison(store, filters, against=against), wanted) == []


# What each choice decides, of the slices above.
FLAGS = "flagged user_flagged assistant_flagged both_given_user"
DECIDED_MEASURES = {
    "flagged": {f"{flag}_share" for flag in FLAGS.split()},
    "min_turns": {"single_turn_share", "mean_turn_count"},
}
DECIDED_MIXES = {field: field for field in ("model", "language")}
DECIDED_MIXES |= {"flagged": "category", "min_turns": "turns"}


def choices(filters, against):
    """The fields in which A and B differ."""
    a, b = filters.values(), (AGAINST[against] or Filters()).values()
    return {field for field in DECIDED_MIXES if a.get(field) != b.get(field)}


MIXES = {
    "model": lambda c: [c.model],
    "language": lambda c: [c.language],
    "category": lambda c: list(c.categories),
    "turns": lambda c: [] if c.turn is None else [c.turn],
}


@pytest.mark.parametrize(("filters", "against"), PAIRS, ids=str)
@pytest.mark.parametrize("of", MIXES)
def test_shifts_between_two_slices_equal_scipy_on_the_published_rows(world, of, filters, against):
    store, conversations = world
    a, b = sides(conversations, filters, against)
    if of == "category":
        a, b = ([c for c in side if c.is_category_judged] for side in (a, b))
    in_a, in_b = (Counter(v for c in side for v in MIXES[of](c)) for side in (a, b))
    is_decided = of in {DECIDED_MIXES[field] for field in choices(filters, against)}
    wanted = with_corrected(
        [
            {
                "value": value,
                "is_decided": is_decided,
                **compared_shares(in_a[value], len(a), in_b[value], len(b)),
            }
            for value in sorted(in_a | in_b, key=lambda v: (v is None, v or type(v or "")()))
        ]
    )
    rows = shifts(store, filters, against=against, of=of)
    assert rows["difference"].abs().dropna().is_monotonic_decreasing
    assert differences(ordered(rows, "value"), wanted) == []


@pytest.mark.parametrize(("filters", "against"), PAIRS, ids=str)
def test_the_overlap_is_counted_on_ids(world, filters, against):
    store, conversations = world
    a, b = ({c.id for c in side} for side in sides(conversations, filters, against))
    wanted = [{"a_count": len(a), "b_count": len(b), "both_count": len(a & b)}]
    assert differences(overlap(store, filters, against=against), wanted) == []


def drawn(conversations):
    return [
        c for c in conversations if c.prompt is not None and "sexual/minors" not in c.categories
    ]


def unique_names(a, b):
    """Every word in five openings or more, by the formula of Monroe et al. with a prior of 1000."""
    texts = [[opening_words(c) for c in side] for side in (a, b)]
    in_a, in_b = (Counter(word for text in side for word in text) for side in texts)
    flagged = Counter(w for c in a + b if c.is_prompt_flagged for w in opening_words(c))
    known = (c for c in a + b if c.is_prompt_flagged is not None)
    judged = Counter(w for c in known for w in opening_words(c))
    all_a, all_b, rows = in_a.total(), in_b.total(), []
    for word in in_a | in_b:
        y_a, y_b = in_a[word], in_b[word]
        prior = 1000 * (y_a + y_b) / (all_a + all_b)
        odds_a = (y_a + prior) / (all_a + 1000 - y_a - prior)
        odds_b = (y_b + prior) / (all_b + 1000 - y_b - prior)
        delta = math.log(odds_a) - math.log(odds_b)
        z = delta / math.sqrt(1 / (y_a + prior) + 1 / (y_b + prior))
        row = {"word": word, "count_a": y_a, "count_b": y_b, "log_odds": delta, "z": z}
        row |= {"share_a": share("s", y_a, len(a))["s_share"]}
        row |= {"share_b": share("s", y_b, len(b))["s_share"]}
        row |= {"texts_a": len(a), "texts_b": len(b), "p_value": 2 * stats.norm.sf(abs(z))}
        if y_a + y_b >= 5:
            is_flagged = flagged[word] > 0 and 3 * flagged[word] >= judged[word]
            rows.append(row | {"is_flagged": is_flagged})
    return {row.pop("word"): row for row in with_corrected(rows)}


@pytest.mark.parametrize(
    ("filters", "against"), [pair for pair in PAIRS if pair != (Filters(), "rest")], ids=str
)
def test_distinctive_words_equal_the_published_formula_on_published_prompts(
    world, filters, against
):
    store, conversations = world
    a, b = map(drawn, sides(conversations, filters, against))
    every = unique_names(a, b)
    words = distinctive_words(store, filters, against=against)
    wanted = [
        {"side": row["side"], "word": row["word"], **every[row["word"]]}
        for row in words.to_dict("records")
    ]
    for row in wanted:
        del row["p_value"]
        assert row["side"] == ("a" if row["z"] > 0 else "b") or abs(row["z"]) < 1e-9
    assert differences(words, wanted) == []
    order = sorted(row["z"] for row in every.values())
    strongest = [z for z in order[::-1] if z > 1e-9][:40]
    of_a = words[(words["side"] == "a") & (words["z"] > 1e-9)]
    assert of_a["z"].tolist() == pytest.approx(strongest)
    of_b = words[(words["side"] == "b") & (words["z"] < -1e-9)]
    assert of_b["z"].tolist() == pytest.approx([z for z in order if z < -1e-9][:40])


@pytest.mark.parametrize("seed", ["1", "another"])
@pytest.mark.parametrize("filters", SLICES, ids=str)
def test_the_sample_is_the_first_by_the_hash_of_id_and_seed(world, filters, seed):
    store, conversations = world
    within = drawn(in_slice(conversations, filters))
    within.sort(key=lambda c: md5((c.id + seed).encode()).hexdigest())
    for limit in (5, 100_000):
        openings = store.run("sampled_openings", filters, params={"seed": seed, "row_limit": limit})
        wanted = [
            {
                "conversation_id": c.id,
                "opening": searchable_opening(c.prompt),
                "is_flagged": c.is_prompt_flagged,
            }
            for c in sorted(within[:limit], key=lambda c: c.id)
        ]
        assert differences(ordered(openings, "conversation_id"), wanted) == []
