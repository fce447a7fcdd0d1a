"""The query language: how queries are parsed, and how malformed ones are refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.errors import FilterError
from queries.text.query_language import (
    BRACKET_DEPTH_MAX,
    PARTS_MAX,
    QUERY_CHARS_MAX,
    AllOf,
    AnyOf,
    Phrase,
    Prefix,
    Term,
    leaves,
    parse_query,
)
from tests.support.query_trees import query_text, query_trees

A, B, C, D = (Term(letter) for letter in "abcd")


_words = st.from_regex(r"[a-zß猫ไж0-9][a-zé0-9'’.@/%_\\:+-]{0,6}", fullmatch=True)
_phrases = st.from_regex(r"[a-zA-Z0-9*() ORNT'\\_-]{0,10}[a-z]", fullmatch=True)
any_trees = query_trees(
    st.builds(Term, _words) | st.builds(Phrase, _phrases) | st.builds(Prefix, _words)
)


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
def test_a_query_is_parsed_into_a_tree(text, tree):
    assert parse_query(text) == tree


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"machine learning', "a phrase has no closing quote"),
        ('a "', "has no closing quote"),
        ('a -"b', "has no closing quote"),
        ("OR a", "OR has to stand between two words"),
        ("a OR", "OR has to stand between two words"),
        ("a OR OR b", "OR has to stand between two words"),
        ("(a OR) b", "OR has to stand between two words"),
        ("a (OR b)", "OR has to stand between two words"),
        ("OR", "OR has to stand between two words"),
        ("a -OR b", "OR has to stand between two words"),
        ("AND a", "AND has to stand between two words"),
        ("a AND", "AND has to stand between two words"),
        ("NOT a", "write -word to exclude a word"),
        ("a NOT b", "write -word to exclude a word"),
        ("-a", "it only excludes words"),
        ('-a -"b c" -d*', "it only excludes words"),
        ("a (-b)", "it only excludes words"),
        ("a -(-b)", "it only excludes words"),
        ("a OR -b", "-word cannot be combined with OR"),
        ("-a OR b", "-word cannot be combined with OR"),
        ("a*b", r"\* may only stand at the end of a word"),
        ("*a", r"\* may only stand at the end of a word"),
        ("a -b*c", r"\* may only stand at the end of a word"),
        ("(a", "a bracket is not closed"),
        ("a (b (c)", "a bracket is not closed"),
        ("a )", "a closing bracket has no opening bracket"),
        ("(a))", "a closing bracket has no opening bracket"),
        ("(a) b )", "a closing bracket has no opening bracket"),
        ("- a", "a minus has to stand right before the word"),
        ("a - b", "a minus has to stand right before the word"),
        ("", "it has no letter, digit or emoji to search for"),
        (" \n\t", "it has no letter, digit or emoji to search for"),
        ("()", "it has no letter, digit or emoji to search for"),
        ("a ()", "it has no letter, digit or emoji to search for"),
        ('""', "it has no letter, digit or emoji to search for"),
        ("*", "it has no letter, digit or emoji to search for"),
        ("-", "it has no letter, digit or emoji to search for"),
        ("--", "it has no letter, digit or emoji to search for"),
        ("→ ?!", "it has no letter, digit or emoji to search for"),
        ("\x00\x1b", "it has no letter, digit or emoji to search for"),
    ],
)
def test_a_malformed_query_is_refused_with_the_reason(text, reason):
    with pytest.raises(FilterError, match=reason):
        parse_query(text)


@pytest.mark.parametrize("text", ["(a --)", "(a -)"])
def test_a_dash_may_end_a_bracket_as_it_may_end_a_query(text):
    assert parse_query(text) == A


def test_a_comma_may_follow_a_bracket():
    assert parse_query("(a), b") == AllOf((A, B))


@pytest.mark.parametrize("text", ["(a AND)", "a AND AND b", "a OR AND b"])
def test_and_without_a_word_on_either_side_is_refused(text):
    with pytest.raises(FilterError, match="AND"):
        parse_query(text)


def test_and_may_follow_an_excluded_word():
    assert parse_query("-b AND a") == AllOf((A,), (B,))


def test_an_error_quotes_the_query_and_explains_the_syntax():
    with pytest.raises(FilterError) as caught:
        parse_query('say "hi')
    assert "'say \"hi' cannot be read" in str(caught.value)
    assert "-without, this OR that" in str(caught.value)


def test_a_query_has_at_most_a_thousand_characters():
    assert parse_query("a" * QUERY_CHARS_MAX) == Term("a" * 1_000)
    with pytest.raises(FilterError, match=r"at most 1,000 characters; this one has 1,001"):
        parse_query("a" * 1_001)


def test_a_query_has_at_most_64_parts():
    assert len(parse_query("a " * PARTS_MAX).required) == 64
    for more in ("a " * 65, "a OR " * 64 + "a", "(a) " * 65, "? " * 64 + "a", "b" + " -a" * 64):
        with pytest.raises(FilterError, match=r"at most 64 parts; this one has 65\."):
            parse_query(more)


@pytest.mark.parametrize("depth", [1, 2, BRACKET_DEPTH_MAX])
def test_nested_brackets_are_parsed(depth):
    assert parse_query("(" * depth + "a b" + ")" * depth) == AllOf((A, B))


@pytest.mark.parametrize(
    "text",
    ["(" * 499 + "a" + ")" * 499, "(" * 1_000, "a -(" * 250, "(" * 500 + ")" * 500],
)
def test_deeply_nested_brackets_are_refused(text):
    with pytest.raises(FilterError, match="nested more than 16 deep"):
        parse_query(text)


_signs = st.sampled_from([*'"“”()-* a猫?', "OR", "AND", "NOT"])


@given(st.text(max_size=60) | st.lists(_signs, max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_any_text_is_parsed_or_refused(text):
    try:
        tree = parse_query(text)
    except FilterError:
        return
    assert isinstance(tree, Term | Phrase | Prefix | AnyOf | AllOf)


@given(any_trees)
@settings(max_examples=150, deadline=None)
def test_a_tree_survives_being_written_as_text(tree):
    assert parse_query(query_text(tree)) == tree
    assert parse_query(f" ({query_text(tree)}) ") == tree


@given(any_trees)
@settings(max_examples=100, deadline=None)
def test_and_means_the_same_as_a_space(tree):
    assert parse_query(query_text(tree, and_sign=" AND ")) == tree


@given(any_trees, st.sampled_from(["\n", "\t ", "\u3000", "\x1c", "\xa0"]))
@settings(max_examples=100, deadline=None)
def test_any_white_space_separates_words(tree, space):
    assert parse_query(query_text(tree, and_sign=space)) == tree


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
def test_leaves_are_without_operators_and_excluded_parts(text, words):
    assert " ".join(leaf.text for leaf in leaves(parse_query(text))) == words
