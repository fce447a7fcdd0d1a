"""The language of a words search: what its signs mean, and what is said of a text without sense."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.errors import FilterError
from queries.search.language import (
    DEPTH_MAX,
    PARTS_MAX,
    QUERY_CHARS_MAX,
    AllOf,
    AnyOf,
    Phrase,
    Prefix,
    Term,
    leaves,
    parsed_query,
)

A, B, C, D = (Term(letter) for letter in "abcd")


def written(node, *, and_sign=" "):
    """The text of a query that means the tree."""

    def inside(part, *bracketed):
        text = written(part, and_sign=and_sign)
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
            kept = [inside(part, AllOf) for part in wanted]
            left_out = [f"-{inside(part, AnyOf, AllOf)}" for part in unwanted]
            return and_sign.join(kept + left_out)


def trees(leaves, *, leaf_count=16):
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


_words = st.from_regex(r"[a-zß猫ไж0-9][a-zé0-9'’.@/%_\\:+-]{0,6}", fullmatch=True)
_phrases = st.from_regex(r"[a-zA-Z0-9*() ORNT'\\_-]{0,10}[a-z]", fullmatch=True)
any_trees = trees(st.builds(Term, _words) | st.builds(Phrase, _phrases) | st.builds(Prefix, _words))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("cat", Term("cat")),
        ("  cat \n", Term("cat")),
        ("a b", AllOf((A, B))),
        ("a\tb\u3000c", AllOf((A, B, C))),
        ("a AND b", AllOf((A, B))),
        ("a OR b", AnyOf((A, B))),
        ("a OR b OR c", AnyOf((A, B, C))),
        ("a OR b c", AllOf((AnyOf((A, B)), C))),
        ("a b OR c", AllOf((A, AnyOf((B, C))))),
        ("a OR b c OR d", AllOf((AnyOf((A, B)), AnyOf((C, D))))),
        ("a AND b OR c", AllOf((A, AnyOf((B, C))))),
        ("a OR (b c)", AnyOf((A, AllOf((B, C))))),
        ("(a b) OR c d", AllOf((AnyOf((AllOf((A, B)), C)), D))),
        ("(a OR b) OR c", AnyOf((AnyOf((A, B)), C))),
        ("a -b", AllOf((A,), (B,))),
        ("-b a", AllOf((A,), (B,))),
        ("a AND -b", AllOf((A,), (B,))),
        ("a -b -c d", AllOf((A, D), (B, C))),
        ("a -(b c)", AllOf((A,), (AllOf((B, C)),))),
        ("a -(b OR c)", AllOf((A,), (AnyOf((B, C)),))),
        ("a OR (b -c)", AnyOf((A, AllOf((B,), (C,))))),
        ('a -"b c"', AllOf((A,), (Phrase("b c"),))),
        ("a -b*", AllOf((A,), (Prefix("b"),))),
        ("cat*", Prefix("cat")),
        ("cat**", Prefix("cat")),
        ('"machine learning"', Phrase("machine learning")),
        ("“machine learning”", Phrase("machine learning")),
        ('"a OR -b* (c"', Phrase("a OR -b* (c")),
        ('a"b', Term('a"b')),
        ('"a""b"', AllOf((Phrase("a"), Phrase("b")))),
        ("((a))", A),
        ("f(x)", Term("f(x)")),
        ("(f(x) b)", AllOf((Term("f(x)"), B))),
        ("(f(x))", Term("f(x)")),
        ("a-b", Term("a-b")),
        ("don't", Term("don't")),
        ("C++ 3.14 50% a_b \\n", AllOf(tuple(map(Term, ("C++", "3.14", "50%", "a_b", "\\n"))))),
        ("or and not", AllOf((Term("or"), Term("and"), Term("not")))),
        ("ORDER ANDY", AllOf((Term("ORDER"), Term("ANDY")))),
        ("猫 OR ネコ", AnyOf((Term("猫"), Term("ネコ")))),
        ("a ?! & :) … b", AllOf((A, B))),
        ("a -- b", AllOf((A, B))),
        ('a "" b', AllOf((A, B))),
        ("a -", A),
        ("² ⅷ", AllOf((Term("²"), Term("ⅷ")))),
    ],
)
def test_a_query_has_the_tree_that_its_signs_say(text, tree):
    assert parsed_query(text) == tree


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"machine learning', "a phrase begins with a quote and has no quote at its end"),
        ('a "', "has no quote at its end"),
        ('a -"b', "has no quote at its end"),
        ("OR a", "OR stands between two words"),
        ("a OR", "OR stands between two words"),
        ("a OR OR b", "OR stands between two words"),
        ("(a OR) b", "OR stands between two words"),
        ("a (OR b)", "OR stands between two words"),
        ("OR", "OR stands between two words"),
        ("a -OR b", "OR stands between two words"),
        ("AND a", "AND stands between two words"),
        ("a AND", "AND stands between two words"),
        ("NOT a", "a word is left out with -word"),
        ("a NOT b", "a word is left out with -word"),
        ("-a", "there are only words to leave out"),
        ('-a -"b c" -d*', "there are only words to leave out"),
        ("a (-b)", "there are only words to leave out"),
        ("a -(-b)", "there are only words to leave out"),
        ("a OR -b", "-word cannot stand beside OR"),
        ("-a OR b", "-word cannot stand beside OR"),
        ("a*b", r"\* stands only at the end of a word"),
        ("*a", r"\* stands only at the end of a word"),
        ("a -b*c", r"\* stands only at the end of a word"),
        ("(a", "a bracket is opened but not closed"),
        ("a (b (c)", "a bracket is opened but not closed"),
        ("a )", "a bracket is closed that was not opened"),
        ("(a))", "a bracket is closed that was not opened"),
        ("(a) b )", "a bracket is closed that was not opened"),
        ("- a", "a minus stands right before the word"),
        ("a - b", "a minus stands right before the word"),
        ("", "there is no letter or digit to look for"),
        (" \n\t", "there is no letter or digit to look for"),
        ("()", "there is no letter or digit to look for"),
        ("a ()", "there is no letter or digit to look for"),
        ('""', "there is no letter or digit to look for"),
        ("*", "there is no letter or digit to look for"),
        ("-", "there is no letter or digit to look for"),
        ("--", "there is no letter or digit to look for"),
        ("🙂 ?!", "there is no letter or digit to look for"),
        ("\x00\x1b", "there is no letter or digit to look for"),
    ],
)
def test_a_query_without_sense_is_refused_and_its_fault_named(text, said):
    with pytest.raises(FilterError, match=said):
        parsed_query(text)


@pytest.mark.parametrize("text", ["(a --)", "(a -)"])
def test_a_dash_may_end_a_bracket_as_it_may_end_a_query(text):
    assert parsed_query(text) == A


def test_a_comma_may_follow_a_bracket():
    assert parsed_query("(a), b") == AllOf((A, B))


@pytest.mark.parametrize("text", ["(a AND)", "a AND AND b", "a OR AND b"])
def test_and_without_a_word_on_either_side_is_refused(text):
    with pytest.raises(FilterError, match="AND"):
        parsed_query(text)


def test_and_may_follow_a_word_to_leave_out():
    assert parsed_query("-b AND a") == AllOf((A,), (B,))


def test_a_refusal_repeats_the_query_and_says_how_to_write_one():
    with pytest.raises(FilterError) as caught:
        parsed_query('say "hi')
    assert "'say \"hi' cannot be read" in str(caught.value)
    assert "-without, this OR that" in str(caught.value)


def test_a_query_of_a_thousand_characters_is_the_longest():
    assert parsed_query("a" * QUERY_CHARS_MAX) == Term("a" * 1_000)
    with pytest.raises(FilterError, match=r"at most 1,000 characters; this one has 1,001"):
        parsed_query("a" * 1_001)


def test_a_query_of_64_parts_has_the_most():
    assert len(parsed_query("a " * PARTS_MAX).wanted) == 64
    for more in ("a " * 65, "a OR " * 64 + "a", "(a) " * 65, "? " * 64 + "a", "b" + " -a" * 64):
        with pytest.raises(FilterError, match=r"at most 64 parts; this one has 65\."):
            parsed_query(more)


@pytest.mark.parametrize("depth", [1, 2, DEPTH_MAX])
def test_brackets_in_brackets_are_read(depth):
    assert parsed_query("(" * depth + "a b" + ")" * depth) == AllOf((A, B))


@pytest.mark.parametrize(
    "text",
    ["(" * 499 + "a" + ")" * 499, "(" * 1_000, "a -(" * 250, "(" * 500 + ")" * 500],
)
def test_brackets_without_end_are_refused(text):
    with pytest.raises(FilterError, match="more than 16 deep"):
        parsed_query(text)


_signs = st.sampled_from([*'"“”()-* a猫?', "OR", "AND", "NOT"])


@given(st.text(max_size=60) | st.lists(_signs, max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused(text):
    try:
        tree = parsed_query(text)
    except FilterError:
        return
    assert isinstance(tree, Term | Phrase | Prefix | AnyOf | AllOf)


@given(any_trees)
@settings(max_examples=150, deadline=None)
def test_a_tree_written_as_text_is_read_as_the_same_tree(tree):
    assert parsed_query(written(tree)) == tree
    assert parsed_query(f" ({written(tree)}) ") == tree


@given(any_trees)
@settings(max_examples=100, deadline=None)
def test_and_says_the_same_as_a_space(tree):
    assert parsed_query(written(tree, and_sign=" AND ")) == tree


@given(any_trees, st.sampled_from(["\n", "\t ", "\u3000", "\x1c", "\xa0"]))
@settings(max_examples=100, deadline=None)
def test_any_white_space_separates_words(tree, space):
    assert parsed_query(written(tree, and_sign=space)) == tree


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cat dog", "cat dog"),
        ("cat OR dog food", "cat dog food"),
        ('"machine learning" AND python* -java', "machine learning python"),
        ("(cat OR “big dog”) food", "cat big dog food"),
        ('cat -"big dog" -(red fox)', "cat"),
    ],
)
def test_what_is_looked_for_is_without_signs_and_without_what_is_left_out(text, words):
    assert " ".join(leaf.text for leaf in leaves(parsed_query(text))) == words
