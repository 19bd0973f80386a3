from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.stripe.form import decode_form


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("amount", "5")], {"amount": "5"}),
        ([("metadata[a]", "1"), ("metadata[b]", "2")], {"metadata": {"a": "1", "b": "2"}}),
        ([("expand[0]", "x"), ("expand[1]", "y")], {"expand": ["x", "y"]}),
        ([("expand[]", "x"), ("expand[]", "y")], {"expand": ["x", "y"]}),
        ([("card[checks][cvc]", "pass")], {"card": {"checks": {"cvc": "pass"}}}),
        ([("a", "1"), ("a[b]", "2")], {"a": {"b": "2"}}),
        ([("a[b]", "2"), ("a", "1")], {"a": "1"}),
        ([("metadata", "")], {"metadata": ""}),
    ],
)
def test_a_form_spells_a_tree(pairs: list[tuple[str, str]], tree: dict[str, Any]) -> None:
    assert decode_form(pairs) == tree


@given(st.lists(st.tuples(st.text("ab0[]", max_size=12), st.text(max_size=3)), max_size=8))
def test_no_form_is_too_strange_to_be_read(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(decode_form(pairs), dict)
