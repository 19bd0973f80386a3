"""Stripe's API through its official SDK, with answers as they came: the SDK's own objects cost as much as the call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import requests
import stripe

from reference.application.ports import UnavailableError
from reference.gateways.timeouts import TIMEOUT

stripe.enable_telemetry = False  # It would write a file into the user's home.
logging.getLogger("stripe").setLevel(logging.WARNING)  # Its debug log holds whole bodies, client secrets among them.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


class StripeApi:
    """Reads, lists and posts; raises the SDK's errors. It retries nothing unless asked to, for it sleeps meanwhile."""

    def __init__(self, api_key: str, base: str, http: requests.Session, retries: int = 0) -> None:
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base.rstrip("/")},
            http_client=stripe.RequestsClient(timeout=TIMEOUT, session=http),
            max_network_retries=retries,
        )

    def get(self, *path: str, **query: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what is there."""
        return self._client.raw_request("get", _url(path), **query).data

    def post(self, *path: str, key: str, **terms: Any) -> Any:  # noqa: ANN401 - JSON
        """Make or change something once under this idempotency key, and return it."""
        return self._client.raw_request("post", _url(path), **terms, idempotency_key=key).data

    def list(self, path: str, **query: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
        """Yield all objects of a list, the newest first, a page in memory."""
        while True:
            page = self.get(path, **query, limit=100)
            yield from page["data"]
            if not (page["has_more"] and page["data"]):
                return
            query["starting_after"] = page["data"][-1]["id"]


def _url(path: tuple[str, ...]) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in path)


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Raise UnavailableError instead of whatever says that there is no usable answer."""
    try:
        yield
    except UNREADABLE as unreadable:
        raise UnavailableError(f"Stripe's answer cannot be read: {unreadable!r}") from unreadable
    except stripe.StripeError as trouble:
        raise UnavailableError(f"Stripe: {type(trouble).__name__} {trouble.http_status or ''}") from trouble
