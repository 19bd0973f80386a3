"""`harness reconcile`: Stripe's books against the payment-service's."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import click

from simulators.cli.progress import progress
from simulators.cli.report import REPORTS
from simulators.cli.usage import WrongUsage

NAMES = {"payment_id": "paymentId", "saga_id": "sagaId", "intent_id": "intentId"}


def instant(text: str) -> datetime:
    """Read a day or a time; without an offset it is UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time such as 2026-11-01 or 2026-11-01T09:00Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@click.command(epilog="Example: env $(grep -v ^# .env) harness reconcile --since 2026-11-01")
@click.option("--since", type=instant, help="Compare what began then or later.  [default: a week before the end]")
@click.option("--until", type=instant, help="Compare what began until then.  [default: now]")
@click.option("--repair", is_flag=True, help="Tell the service what it missed, as a webhook would have done.")
@click.option("--json", "form", flag_value="json", help="JSON Lines; the last one is a summary.")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated values, with a head.")
def reconcile(since: datetime | None, until: datetime | None, form: str | None, *, repair: bool) -> None:
    """Compare Stripe's payments with the service's, both ways; the environment is that of `harness serve`.

    Exit codes: 0 nothing differs, 1 something does (repaired or not), 2 it could not be compared.
    """
    from reference.app import UnavailableError, open_books  # noqa: PLC0415 - it takes a second, and only this verb needs it

    try:
        books = open_books(os.environ)
        span = books.span(since, until)
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from wrong
    kinds: Counter[str] = Counter()
    payments, report = books.count(span), REPORTS[form or "table"]()
    try:
        with progress(payments) as (passed, make_room):
            for each in books.differences(span, passed):
                kinds[each.kind] += 1
                row = asdict(each) | ({"repair": books.repair(each)} if repair else {})
                make_room()
                report.row({NAMES.get(name, name): str(value) for name, value in row.items()})
    except UnavailableError as trouble:
        raise WrongUsage(f"the books could not be compared to the end: {trouble}") from trouble
    report.end(kinds, payments)
    sys.exit(1 if kinds else 0)
