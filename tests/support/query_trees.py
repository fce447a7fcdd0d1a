"""Trees of the query language for property tests, and the text that means one."""

from hypothesis import strategies as st

from queries.text.query_language import (
    AllOf,
    AnyOf,
    Phrase,
    Prefix,
    Term,
)


def query_text(node, *, and_sign=" "):
    """The text of a query that means the tree."""

    def inside(part, *bracketed):
        text = query_text(part, and_sign=and_sign)
        return f"({text})" if isinstance(part, bracketed) else text

    match node:
        case Term(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case Prefix(text):
            return f"{text}*"
        case AnyOf(options):
            return " OR ".join(inside(option, AnyOf, AllOf) for option in options)
        case AllOf(wanted, unwanted):
            parts = [inside(part, AllOf) for part in wanted]
            left_out = [f"-{inside(part, AnyOf, AllOf)}" for part in unwanted]
            return and_sign.join(parts + left_out)


def query_trees(leaves, *, leaf_count=16):
    """Trees as the language can write them."""

    def joined(nodes):
        options = st.lists(nodes, min_size=2, max_size=3).map(tuple)
        unwanted = st.lists(nodes, min_size=1, max_size=2).map(tuple)
        return (
            st.builds(AnyOf, options)
            | st.builds(AllOf, options)
            | st.builds(AllOf, st.lists(nodes, min_size=1, max_size=2).map(tuple), unwanted)
        )

    return st.recursive(leaves, joined, max_leaves=leaf_count)
