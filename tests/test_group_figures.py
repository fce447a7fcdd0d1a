"""Every figure by model and by language, beside one worked out from the published rows."""

import math
from collections import Counter
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy import stats

from queries import groups
from queries.catalogue import model_catalogue
from queries.filters import Filters
from tests import tiny
from tests.oracle import (
    RESTS,
    SLICES,
    differences,
    grouped,
    null_last,
    prepared_rows,
    quantile,
    share,
    told,
)

OTHER = {"model": "language", "language": "model"}
MAKERS = {
    "LMSYS": "vicuna-13b vicuna-33b vicuna-7b fastchat-t5-3b",
    "UC Berkeley": "koala-13b",
    "Stanford": "alpaca-13b",
    "Tsinghua": "chatglm-6b",
    "Meta": "llama-13b llama-2-13b-chat llama-2-7b-chat",
    "OpenAssistant": "oasst-pythia-12b",
    "Anthropic": "claude-1 claude-2 claude-instant-1",
    "Databricks": "dolly-v2-12b",
    "Microsoft": "wizardlm-13b",
    "RWKV": "RWKV-4-Raven-14B",
    "MosaicML": "mpt-7b-chat mpt-30b-chat",
    "University of Washington": "guanaco-33b",
    "Stability AI": "stablelm-tuned-alpha-7b",
    "OpenAI": "gpt-4 gpt-3.5-turbo",
    "Google": "palm-2",
    "Nomic AI": "gpt4all-13b-snoozy",
}
MAKER_OF = {model: maker for maker, models in MAKERS.items() for model in models.split()}
PROPRIETARY = {"Anthropic", "OpenAI", "Google"}
MEASURES = {
    "flagged": lambda c: c.is_flagged(),
    "user_flagged": lambda c: c.is_flagged("user"),
    "assistant_flagged": lambda c: c.is_flagged("assistant"),
    "redacted": lambda c: c.redacted is True,
    "single_turn": lambda c: c.turn == 1,
    "with_code": lambda c: c.has_code,
}


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    with told(request.param, sample_store, tmp_path_factory.mktemp("groups")) as both:
        yield both


def reach(total, part):
    """Ranks, from 1, of the interval of a quantile: 1.96 deviations of a count either way."""
    half = 1.959964 * math.sqrt(total * part * (1 - part))
    if total * part + half + 1 > total:
        return None  # So few messages have no such rank.
    return max(math.ceil(total * part - half), 1), math.ceil(total * part + half) + 1


def lengths(kind, role, within):
    values = sorted(len(m.text) for c in within for m in c.of(role) if m.text is not None)
    row = {f"{kind}_count": len(values)}
    for name, percent in (("median", 50), ("p90", 90)):
        ranks = reach(len(values), percent / 100)
        row |= {
            f"{name}_{kind}_chars": quantile(values, percent) if values else None,
            f"{name}_{kind}_low": values[ranks[0] - 1] if ranks else None,
            f"{name}_{kind}_high": values[ranks[1] - 1] if ranks else None,
        }
    return row


def turns(within):
    known = [c.turn for c in within if c.turn is not None]
    deviation = stdev(known) if len(known) > 1 else None
    row = {
        "mean_turn_count": fmean(known) if known else None,
        "turn_count_deviation": deviation,
        "turn_known_count": len(known),
    }
    low = high = None
    if len(known) > 1:
        error = deviation / math.sqrt(len(known))
        low = high = row["mean_turn_count"]
        if error:
            low, high = stats.t.interval(0.95, len(known) - 1, low, error)
    return {**row, "mean_turn_low": low, "mean_turn_high": high}


def measured(name, within, slice_count, by):
    """The row of a group, from the docstring of `groups.models` and the columns it names."""
    total = len(within)
    row = {"group_name": name, "conversation_count": total, **share("slice", total, slice_count)}
    for measure, has in MEASURES.items():
        hits = sum(map(has, within))
        row |= {f"{measure}_count": hits, **share(measure, hits, total)}
    both = sum(c.is_flagged("user") and c.is_flagged("assistant") for c in within)
    prompts = [c.bare_prompt for c in within if c.prompt is not None]
    top = Counter(getattr(c, OTHER[by]) for c in within)
    row |= {
        "both_flagged_count": both,
        **share("both_given_user", both, row["user_flagged_count"]),
        **turns(within),
        **lengths("prompt", "user", within),
        **lengths("response", "assistant", within),
        "distinct_prompt_count": len(set(prompts)),
        "with_prompt_count": len(prompts),
        "unique_prompt_share": len(set(prompts)) / len(prompts) if prompts else None,
        f"top_{OTHER[by]}": min(top, key=lambda k: (-top[k], *null_last(k))),
    }
    if by == "model":
        maker = MAKER_OF.get(name)
        access = "proprietary" if maker in PROPRIETARY else "open"
        row |= {"maker": maker, "access": access if maker else None}
    return row


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
@pytest.mark.parametrize(
    ("by", "query"), [("model", groups.models), ("language", groups.languages)]
)
def test_groups_are_measured_as_python_measures_the_published_rows(world, by, query, kept):
    store, conversations = world
    within = grouped(conversations, kept, by)
    total = sum(map(len, within.values()))
    wanted = [measured(name, each, total, by) for name, each in within.items()]
    found = query(store, kept).fillna({"prompt_count": 0, "response_count": 0})
    assert differences(found, wanted) == []


def test_the_catalogue_names_the_maker_of_every_published_model():
    assert model_catalogue()["maker"].to_dict() == MAKER_OF
    assert len(MAKER_OF) == 25


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
def test_pairs_of_model_and_language_equal_python_on_the_published_rows(world, kept):
    store, conversations = world
    of_model = {k: len(v) for k, v in grouped(conversations, kept, "model").items()}
    of_language = {k: len(v) for k, v in grouped(conversations, kept, "language").items()}
    wanted = [
        {
            "model": model,
            "language": language,
            "conversation_count": len(each),
            **{f"{name}_count": sum(map(has, each)) for name, has in MEASURES.items()},
            "model_share": len(each) / of_model[model],
            "language_share": len(each) / of_language[language],
        }
        for (model, language), each in grouped(conversations, kept, "model", "language").items()
    ]
    assert differences(groups.model_languages(store, kept), wanted) == []


def standard_row(name, within, mix, measure, by):
    """A group's rate as counted, and weighed by how frequent each stratum is in the slice."""
    strata = grouped(within, Filters(), OTHER[by])
    covered = sum(mix[stratum] for stratum in strata)
    rates = {
        stratum: sum(map(MEASURES[measure], each)) / len(each) for stratum, each in strata.items()
    }
    hits = sum(map(MEASURES[measure], within))
    return {
        "group_name": name,
        "conversation_count": len(within),
        **share("raw", hits, len(within)),
        "standard_share": sum(mix[s] / covered * rate for s, rate in rates.items()),
        "covered_share": covered,
    }


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
@pytest.mark.parametrize("by", ["model", "language"])
@pytest.mark.parametrize("measure", MEASURES)
def test_standard_rates_are_those_of_a_plain_loop(world, measure, by, kept):
    store, conversations = world
    within = grouped(conversations, kept, by)
    total = sum(map(len, within.values()))
    strata = grouped(conversations, kept, OTHER[by])
    mix = {stratum: len(each) / total for stratum, each in strata.items()}
    wanted = [standard_row(name, each, mix, measure, by) for name, each in within.items()]
    found = groups.standard_rates(store, kept, by=by, measure=measure)
    ends = found[["standard_low", "standard_share", "standard_high"]].to_numpy()
    assert (np.diff(ends) >= -1e-12).all()
    assert differences(found.drop(columns=["standard_low", "standard_high"]), wanted) == []


@pytest.mark.parametrize(("total", "part"), [(200, 0.5), (200, 0.9), (30, 0.5), (60, 0.9)])
def test_the_interval_of_a_quantile_holds_the_truth_in_93_of_100(total, part):
    draws = np.random.default_rng(7).lognormal(4, 1.5, (2000, total))
    draws = np.sort(np.floor(draws).astype(int))
    truth = math.floor(stats.lognorm(1.5, scale=math.exp(4)).ppf(part))
    low, high = reach(total, part)
    held = (draws[:, low - 1] <= truth) & (truth <= draws[:, high - 1])
    assert held.mean() >= 0.93


UNKNOWN_TURNS = [
    tiny.row("a", "gpt-4", "English", "Hi", "Hello") | {"turn": 3},
    tiny.row("b", "gpt-4", "English", "Hi", "Hello") | {"turn": 5},
    tiny.row("c", "gpt-4", "English", "Hi", "Hello") | {"turn": None},
    tiny.row("d", "koala-13b", None, "Hi", "Hello") | {"turn": None},
]


@pytest.fixture(scope="module")
def unknown_turns(tmp_path_factory):
    with prepared_rows(UNKNOWN_TURNS, tmp_path_factory.mktemp("turns")) as both:
        yield both


def test_the_interval_of_mean_turns_is_of_the_conversations_that_say_how_many(unknown_turns):
    store, conversations = unknown_turns
    found = groups.models(store, Filters()).iloc[0]
    wanted = turns([c for c in conversations if c.model == "gpt-4"])
    assert [found[name] for name in wanted] == pytest.approx(list(wanted.values()))


@pytest.mark.parametrize("query", [groups.models, groups.languages, groups.model_languages])
def test_where_no_number_of_turns_is_known_no_conversation_has_one_turn(unknown_turns, query):
    assert query(unknown_turns[0], Filters())["single_turn_count"].tolist() == [0, 0]


def test_a_group_without_a_message_of_a_role_has_none_of_them(tmp_path):
    rows = [tiny.row("a", "gpt-4", "English"), tiny.row("b", "koala-13b", "English", "Hi", "Hello")]
    with prepared_rows(rows, tmp_path) as (store, _):
        found = groups.models(store, Filters())
    assert found[["prompt_count", "response_count"]].to_numpy().tolist() == [[0, 0], [1, 1]]
