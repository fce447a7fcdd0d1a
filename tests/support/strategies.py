"""Filters and published rows as hypothesis draws them."""

from hypothesis import strategies as st

from queries.filters import Filters
from queries.filters.filters import FILTER_SPECS
from queries.filters.min_score import MinScore
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.schema import CATEGORIES

MODELS = ("vicuna-13b", "gpt-4", "koala-13b", "it's not a model")
LANGUAGES = ("English", "Portuguese", "unknown", "no language", NONE_GIVEN, ANY_GIVEN)

texts = st.text(max_size=12)

min_scores = st.builds(
    MinScore,
    category=st.sampled_from(CATEGORIES),
    score=st.floats(0, 1),
    role=st.sampled_from(("any", "user", "assistant")),
)


def filters(
    models: st.SearchStrategy[str], languages: st.SearchStrategy[str]
) -> st.SearchStrategy[Filters]:
    """Filters of every field that needs no search index, each of them often left out."""
    texts_by_field = {"model": models, "language": languages}
    values: dict[str, st.SearchStrategy[object]] = {}
    for name, spec in FILTER_SPECS.items():
        options = st.sampled_from(spec.options) if spec.options else None
        match spec.kind:
            case "choice":
                text = texts_by_field.get(name, texts) if options is None else options
                values[name] = st.lists(text, max_size=3).map(tuple)
            case "option" | "flag" if options is not None and spec.refines is None:
                values[name] = st.none() | options
            case "number" if spec.placement is not None:
                values[name] = st.none() | st.integers(0, 5 if name.startswith("min") else 20)
            case "score":
                values[name] = st.lists(min_scores, max_size=2).map(tuple)
            case "switch":
                values[name] = st.booleans()
    return st.builds(Filters, **values)


any_filters = filters(texts, texts)
"""Any filters at all: for writing and reading them."""

slices = filters(st.sampled_from(MODELS), st.sampled_from(LANGUAGES))
"""Filters that keep something of the sample now and then."""


_categories = st.fixed_dictionaries({c: st.none() | st.booleans() for c in CATEGORIES})
_scores = st.fixed_dictionaries({c: st.none() | st.floats(allow_nan=False) for c in CATEGORIES})
_plain_categories = st.fixed_dictionaries({c: st.booleans() for c in CATEGORIES})
_plain_scores = st.fixed_dictionaries({c: st.floats(0, 1) for c in CATEGORIES})
_verdicts = st.none() | st.fixed_dictionaries(
    {
        "categories": st.none() | _categories | _plain_categories,
        "category_scores": st.none() | _scores | _plain_scores,
        "flagged": st.none() | st.booleans(),
    }
)
_plain_verdicts = st.fixed_dictionaries(
    {"categories": _plain_categories, "category_scores": _plain_scores, "flagged": st.booleans()}
)
_contents = st.text(max_size=40) | st.sampled_from(
    ("NAME_1 says ```x```", "\x00", "١٢٣", "a" * 400)
)
_messages = st.none() | st.fixed_dictionaries(
    {
        "content": st.none() | _contents,
        "role": st.none() | st.sampled_from(("user", "assistant", "system", "")),
    }
)
_plain_messages = st.fixed_dictionaries(
    {"content": _contents, "role": st.sampled_from(("user", "assistant"))}
)

_rows = st.fixed_dictionaries(
    {
        "model": st.none() | st.text(max_size=8),
        "conversation": st.none()
        | st.lists(_plain_messages, max_size=5)
        | st.lists(_messages, max_size=5),
        "turn": st.none() | st.integers(-(2**63), 2**63 - 1),
        "language": st.none() | st.text(max_size=8),
        "openai_moderation": st.none()
        | st.lists(_plain_verdicts, max_size=5)
        | st.lists(_verdicts, max_size=5),
        "redacted": st.none() | st.booleans(),
    }
)

published_rows = st.lists(
    st.tuples(st.text(min_size=1, max_size=6), _rows), max_size=6, unique_by=lambda pair: pair[0]
).map(lambda pairs: [{"conversation_id": id_, **row} for id_, row in pairs])
"""Rows as odd as the schema allows, with unique ids."""
