"""What all pages for people share: templates, transactions without a key, sums as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import g

from simulators.kit.simulator import simulator
from simulators.stripe.errors import StripeError

TEMPLATES = Path(__file__).with_name("templates")


@contextmanager
def by_hand(declines: list[StripeError]) -> Iterator[None]:
    """Do what a person asks for in one transaction; a refusal is an answer like any other, and is noted here."""
    g.publishable = True
    with simulator().store.transaction():
        try:
            yield
        except StripeError as error:
            declines.append(error)


def with_query(url: str, **more: str) -> str:
    """Return the address with these words in its query, beside those already there."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return urlunsplit(parts._replace(query=query))
