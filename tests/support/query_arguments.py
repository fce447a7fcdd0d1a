"""Arguments with which each SQL file of the read side can be run."""

from queries.schema import CATEGORIES, level_column

LEVELS = {"role": "any", **{level_column(category): 58 for category in CATEGORIES}}


ARGUMENTS = {
    "threshold_confusion": LEVELS,
    "threshold_totals": {"role": "any"},
    "standard_rates": {"by": "language", "measure": "flagged"},
    "score_histogram": {"category": "hate"},
    "threshold_verdicts": {"unit": "conversations", "thresholds": "hate=0.5"},
    "all_differences": {"against": "rest"},
    "comparison": {"against": "rest"},
    "shifts": {"against": "model=gpt-4", "of": "turns"},
    "overlap": {"against": "rest"},
    "distinctive_words": {"against": "rest"},
    "group_measures": {"by": "model"},
    "group_prompts": {"by": "language"},
    "topic_groups": {"by": "language"},
    "group_lengths": {"by": "model", "role": "user"},
    "conversation": {"conversation_id": "a" * 32},
    "messages": {"conversation_id": "a" * 32},
    "random_conversation": {"seed": "1"},
    "slice_rows": {
        "sort": "model",
        "is_descending": False,
        "seed": "0",
        "row_limit": 2,
        "row_offset": 0,
    },
    "rank_in_slice": {
        "conversation_id": "a" * 32,
        "sort": "model",
        "is_descending": False,
        "seed": "0",
    },
    "search_hits": {"id_ranks": "0,2"},
    "map_values": {"colour_by": "score"},
    "sampled_openings": {"row_limit": 2, "seed": "1"},
}
