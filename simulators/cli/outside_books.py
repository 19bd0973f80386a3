"""`harness reconcile --service-url`: Stripe's books against those of a service of which one sees only what it lists."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from simulators.cli.usage import WrongUsage
from simulators.clients.http_client import HttpClient, Refused
from simulators.clients.operator import Operator
from simulators.clients.stripe import StripeClient
from simulators.judge.books import BookDifference, book_differences
from simulators.kit.json_types import Json
from simulators.world.serving import served_session

NEEDED = ("STRIPE_API_KEY", "STRIPE_API_BASE")
LIVE_KEYS = ("sk_live_", "rk_live_")


@dataclass(frozen=True)
class OutsideBooks:
    """Both books as they are listed; what began before or after the span is left out at Stripe."""

    stripe: StripeClient
    operator: Operator

    def differences(self, since: datetime, until: datetime) -> tuple[list[BookDifference], int]:
        """Return what differs, and still does when both are asked once more, and how many payments were compared."""
        first, _ = self._look(since, until)
        again, payments = self._look(since, until)
        return [each for each in again if each in first], payments

    def _look(self, since: datetime, until: datetime) -> tuple[list[BookDifference], int]:
        everything = self.stripe.intents()
        intents = [each for each in everything if since.timestamp() <= each["created"] <= until.timestamp()]
        elsewhere = {_payment_id(each) for each in everything} - {_payment_id(each) for each in intents}
        payments = [each for each in self.operator.payments() if each["paymentId"] not in elsewhere]
        return list(book_differences(intents, self.stripe.refunds(), payments)), len(payments)


def _payment_id(intent: Json) -> str:
    return str(intent["metadata"].get("paymentId"))


def compare_from_outside(
    url: str, bearer: str, since: datetime, until: datetime, environ: Mapping[str, str] = os.environ
) -> tuple[list[BookDifference], int]:
    """Compare what began in a span; WrongUsage says what is missing, who does not answer, and who refuses."""
    if missing := [name for name in NEEDED if not environ.get(name)]:
        raise WrongUsage(f"--service-url needs to know where Stripe is: {', '.join(missing)} not set")
    key, base = environ["STRIPE_API_KEY"], environ["STRIPE_API_BASE"].rstrip("/")
    if key.startswith(LIVE_KEYS) and environ.get("ALLOW_LIVE_KEYS") != "yes":
        raise WrongUsage("STRIPE_API_KEY is a live key: refused unless ALLOW_LIVE_KEYS=yes")
    with served_session("harness") as session:
        stripe = StripeClient(HttpClient(session, base, lambda: key))
        books = OutsideBooks(stripe, Operator(HttpClient(session, url.rstrip("/"), lambda: bearer)))
        try:
            return books.differences(since, until)
        except Refused as refusal:
            raise WrongUsage(f"the books could not be compared: {str(refusal).partition(': ')[0]}") from refusal
        except OSError as silence:  # That a request failed is one, too.
            asked = getattr(getattr(silence, "request", None), "url", None) or url
            raise WrongUsage(f"nothing answers at {urlsplit(asked).netloc}: {type(silence).__name__}") from silence
        except (KeyError, TypeError) as odd:
            raise WrongUsage(f"what {url} lists as payments are none: {odd} is missing") from odd
