"""`harness reconcile`: Stripe's books against the payment-service's."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from simulators.cli.operators import make_token, person_options
from simulators.cli.outside_books import compare_from_outside
from simulators.cli.progress import progress
from simulators.cli.report import REPORTS, Report, Row
from simulators.cli.usage import WrongUsage
from simulators.kit.json_types import Json
from simulators.kit.seams import Clock

A_WEEK = timedelta(days=7)
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
@click.option("--service-url", help="Ask a service that runs, in any language, instead of the reference's database.")
@person_options
@click.option("--repair", is_flag=True, help="Tell the service what it missed, as a webhook would have done.")
@click.option("--json", "form", flag_value="json", help="JSON Lines; the last one is a summary.")
@click.option("--csv", "form", flag_value="csv", help="Comma-separated values, with a head.")
def reconcile(  # noqa: PLR0913 - a command has so many options
    since: datetime | None,
    until: datetime | None,
    form: str | None,
    service_url: str | None,
    token: str | None,
    jwt_secret: str | None,
    operator: str,
    *,
    repair: bool,
) -> None:
    """Compare Stripe's payments with the service's, both ways; the environment is that of `harness serve`.

    With --service-url the service may be any: its `GET /payments` is compared with what STRIPE_API_BASE and
    STRIPE_API_KEY show: terms, status, and refunds as a whole; not disputes, and nothing can be repaired.

    Exit codes: 0 nothing differs, 1 something does (repaired or not), 2 it could not be compared.
    """
    report = REPORTS[form or "table"]()
    if service_url is None:
        kinds, payments = _compare_database(since, until, report, repair=repair)
    elif repair:
        raise WrongUsage("--repair is for the reference: from outside nothing can be repaired")
    else:
        kinds, payments = _compare_service(service_url, make_token(token, jwt_secret, operator), since, until, report)
    report.end(kinds, payments)
    sys.exit(1 if kinds else 0)


def _compare_service(
    url: str, bearer: str, since: datetime | None, until: datetime | None, report: Report
) -> tuple[Counter[str], int]:
    end = until or Clock().now()
    found, payments = compare_from_outside(url, bearer, since or end - A_WEEK, end)
    for each in found:
        report.row(_row(asdict(each)))
    return Counter(each.kind for each in found), payments


def _compare_database(
    since: datetime | None, until: datetime | None, report: Report, *, repair: bool
) -> tuple[Counter[str], int]:
    from reference.app import UnavailableError, open_books  # noqa: PLC0415 - it takes a second, and only this needs it

    try:
        books = open_books(os.environ)
        span = books.span(since, until)
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from wrong
    kinds: Counter[str] = Counter()
    payments = books.count(span)
    try:
        with progress(payments) as (passed, make_room):
            for each in books.differences(span, passed):
                kinds[each.kind] += 1
                row = asdict(each) | ({"repair": books.repair(each)} if repair else {})
                make_room()
                report.row(_row(row))
    except UnavailableError as trouble:
        raise WrongUsage(f"the books could not be compared to the end: {trouble}") from trouble
    return kinds, payments


def _row(difference: Json) -> Row:
    return {NAMES.get(name, name): str(value) for name, value in difference.items()}
