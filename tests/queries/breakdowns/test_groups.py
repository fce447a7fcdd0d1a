"""Breakdowns by model and language, against plain Python on the published rows."""

import math
from collections import Counter
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy import stats

from queries.breakdowns import groups
from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.datasets.model_catalogue import model_catalogue
from queries.filters import Filters
from tests.support import tiny_dataset
from tests.support.oracle import (
    RESTS,
    SLICES,
    differences,
    grouped,
    in_slice,
    null_last,
    prepared_rows,
    quantile,
    share,
    store_with_rows,
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
ROLE_OF = {"flagged": None, "user_flagged": "user", "assistant_flagged": "assistant"}
JUDGED = {"flagged": "judged_count", "user_flagged": "user_judged_count"}
JUDGED["assistant_flagged"] = "assistant_judged_count"
MEASURES = {
    "flagged": lambda c: c.is_flagged() is True,
    "user_flagged": lambda c: c.is_flagged("user") is True,
    "assistant_flagged": lambda c: c.is_flagged("assistant") is True,
    "redacted": lambda c: c.redacted is True,
    "single_turn": lambda c: c.turn == 1,
    "with_code": lambda c: c.has_code,
}


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    with store_with_rows(request.param, sample_store, tmp_path_factory.mktemp("groups")) as both:
        yield both


def judged(measure, within):
    """The conversations that a rate is a share of."""
    if measure not in ROLE_OF:
        return within
    return [c for c in within if c.is_flagged(ROLE_OF[measure]) is not None]


def reach(total, part):
    """Ranks, from 1, of the ends of a quantile's interval: ±1.96 deviations of the count."""
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
    """The expected row of a group in `groups.models`."""
    total = len(within)
    row = {"group_name": name, "conversation_count": total, **share("slice", total, slice_count)}
    for measure, has in MEASURES.items():
        hits = sum(map(has, within))
        known = len(judged(measure, within))
        row |= {f"{measure}_count": hits, **share(measure, hits, known)}
        row |= {JUDGED[measure]: known} if measure in JUDGED else {}
    attempts = judged("assistant_flagged", [c for c in within if c.is_flagged("user")])
    both = sum(c.is_flagged("assistant") for c in attempts)
    prompts = [c.bare_prompt for c in within if c.prompt is not None]
    top = Counter(getattr(c, OTHER[by]) for c in within)
    row |= {
        "both_flagged_count": both,
        "both_judged_count": len(attempts),
        **share("both_given_user", both, len(attempts)),
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


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
@pytest.mark.parametrize(
    ("by", "query"), [("model", groups.models), ("language", groups.languages)]
)
def test_groups_are_measured_as_python_measures_the_published_rows(world, by, query, filters):
    store, conversations = world
    within = grouped(conversations, filters, by)
    total = sum(map(len, within.values()))
    wanted = [measured(name, each, total, by) for name, each in within.items()]
    rows = query(store, filters).fillna({"prompt_count": 0, "response_count": 0})
    assert differences(rows, wanted) == []


def test_the_catalogue_names_the_maker_of_every_published_model():
    assert model_catalogue(LMSYS_CHAT.info)["maker"].to_dict() == MAKER_OF
    assert len(MAKER_OF) == 25


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_pairs_of_model_and_language_equal_python_on_the_published_rows(world, filters):
    store, conversations = world
    of_model = {k: len(v) for k, v in grouped(conversations, filters, "model").items()}
    of_language = {k: len(v) for k, v in grouped(conversations, filters, "language").items()}
    wanted = [
        {
            "model": model,
            "language": language,
            "conversation_count": len(each),
            **{f"{name}_count": sum(map(has, each)) for name, has in MEASURES.items()},
            **{column: len(judged(name, each)) for name, column in JUDGED.items()},
            "model_share": len(each) / of_model[model],
            "language_share": len(each) / of_language[language],
        }
        for (model, language), each in grouped(conversations, filters, "model", "language").items()
    ]
    assert differences(groups.model_languages(store, filters), wanted) == []


def standard_row(name, within, mix, measure, by):
    """A group's raw rate, and its rate weighted by the strata of the slice."""
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


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
@pytest.mark.parametrize("by", ["model", "language"])
@pytest.mark.parametrize("measure", MEASURES)
def test_standard_rates_are_those_of_a_plain_loop(world, measure, by, filters):
    store, conversations = world
    known = judged(measure, in_slice(conversations, filters))
    within = grouped(known, Filters(), by)
    total = sum(map(len, within.values()))
    strata = grouped(known, Filters(), OTHER[by])
    mix = {stratum: len(each) / total for stratum, each in strata.items()}
    wanted = [standard_row(name, each, mix, measure, by) for name, each in within.items()]
    rates = groups.standard_rates(store, filters, by=by, measure=measure)
    ends = rates[["standard_low", "standard_share", "standard_high"]].to_numpy()
    assert (np.diff(ends) >= -1e-12).all()
    assert differences(rates.drop(columns=["standard_low", "standard_high"]), wanted) == []


@pytest.mark.parametrize(("total", "part"), [(200, 0.5), (200, 0.9), (30, 0.5), (60, 0.9)])
def test_the_interval_of_a_quantile_holds_the_truth_in_93_of_100(total, part):
    draws = np.random.default_rng(7).lognormal(4, 1.5, (2000, total))
    draws = np.sort(np.floor(draws).astype(int))
    truth = math.floor(stats.lognorm(1.5, scale=math.exp(4)).ppf(part))
    low, high = reach(total, part)
    held = (draws[:, low - 1] <= truth) & (truth <= draws[:, high - 1])
    assert held.mean() >= 0.93


UNKNOWN_TURNS = [
    tiny_dataset.row("a", "gpt-4", "English", "Hi", "Hello") | {"turn": 3},
    tiny_dataset.row("b", "gpt-4", "English", "Hi", "Hello") | {"turn": 5},
    tiny_dataset.row("c", "gpt-4", "English", "Hi", "Hello") | {"turn": None},
    tiny_dataset.row("d", "koala-13b", None, "Hi", "Hello") | {"turn": None},
]


@pytest.fixture(scope="module")
def unknown_turns(tmp_path_factory):
    with prepared_rows(UNKNOWN_TURNS, tmp_path_factory.mktemp("turns")) as both:
        yield both


def test_the_interval_of_mean_turns_ignores_unknown_turns(unknown_turns):
    store, conversations = unknown_turns
    row = groups.models(store, Filters()).iloc[0]
    wanted = turns([c for c in conversations if c.model == "gpt-4"])
    assert [row[name] for name in wanted] == pytest.approx(list(wanted.values()))


@pytest.mark.parametrize("query", [groups.models, groups.languages, groups.model_languages])
def test_conversations_with_unknown_turns_are_not_single_turn(unknown_turns, query):
    assert query(unknown_turns[0], Filters())["single_turn_count"].tolist() == [0, 0]


def test_a_group_without_a_message_of_a_role_has_none_of_them(tmp_path):
    rows = [
        tiny_dataset.row("a", "gpt-4", "English"),
        tiny_dataset.row("b", "koala-13b", "English", "Hi", "Hello"),
    ]
    with prepared_rows(rows, tmp_path) as (store, _):
        models = groups.models(store, Filters())
    assert models[["prompt_count", "response_count"]].to_numpy().tolist() == [[0, 0], [1, 1]]
