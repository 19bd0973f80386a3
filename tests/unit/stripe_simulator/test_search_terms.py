from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.stripe.errors import StripeError
from simulators.stripe.search_terms import TermKind, parse_query

FIELDS = {
    "amount": TermKind.NUMBER,
    "metadata": TermKind.TOKEN,
    "name": TermKind.TEXT,
    "card.last4": TermKind.TOKEN,
}
PIECES = [
    "amount",
    "metadata",
    '["a"]',
    "name",
    "card.last4",
    ":",
    "~",
    ">=",
    "-",
    "5",
    '"x"',
    "'x'",
    "null",
    " AND ",
    " OR ",
    "\\",
]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=9).map("".join)))
def test_a_query_is_read_or_refused_and_never_stumbled_over(query: str) -> None:
    try:
        condition = parse_query(query, FIELDS)
    except StripeError:
        return
    assert condition({"amount": 5, "metadata": {"a": "x"}, "name": None, "card": {"last4": "4242"}}) in {True, False}


@given(st.text(min_size=1, max_size=20))
def test_any_text_can_be_looked_for_once_it_is_escaped(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    condition = parse_query(f'metadata["a"]:"{escaped}"', FIELDS)
    assert condition({"metadata": {"a": text}})
    assert not condition({"metadata": {"a": f"{text}!"}})


@pytest.mark.parametrize("query", ["", " ", "AND", 'name:"a" AND', 'name:"a"AND name:"b" OR name:"c"'])
def test_half_a_query_is_none(query: str) -> None:
    with pytest.raises(StripeError, match="unable to parse"):
        parse_query(query, FIELDS)
