"""The contracts as a broker holds them: the last one published of each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from simulators.contracts.pact import NotAPact, Pact, in_order, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

PATIENCE_SECONDS = 10
HAL = "application/hal+json, application/json"
WHY = {
    401: "it does not know who asks: give it PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD",
    403: "whoever asks may not read the contracts there: give it another token",
    404: "there is no broker at this address: PACT_BROKER_BASE_URL is its address, up to and without /pacts",
}
Authorization = Any  # What `requests` takes: a pair, or a function that signs a request.


class NoAnswer(ValueError):  # noqa: N818 - says what happened
    """The broker did not answer, or not with contracts."""


def bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Return what shows a token with a request; a function, since a .netrc would replace a header."""

    def shown(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return shown


class Broker:
    """Asks one broker, by `session`, with patience that ends."""

    def __init__(self, session: requests.Session, url: str, authorization: Authorization = None) -> None:
        self._session, self._url, self._authorization = session, url.rstrip("/"), authorization

    def last_published(self, parties: AbstractSet[str]) -> tuple[Pact, ...]:
        """Return the last contract of each pair among these, as a broker is shared with others; or raise NoAnswer."""
        try:
            listed = self._get("/pacts/latest").json()["pacts"]
            pairs = [tuple(each["_embedded"][role]["name"] for role in ("provider", "consumer")) for each in listed]
            return in_order([self._contract(*pair) for pair in pairs if parties >= set(pair)])
        except (NotAPact, TypeError, KeyError, requests.JSONDecodeError) as trouble:
            raise NoAnswer(f"{self._url} does not answer as a Pact Broker does: {trouble!r}") from trouble

    def _contract(self, provider: str, consumer: str) -> Pact:
        path = f"/pacts/provider/{quote(provider, safe='')}/consumer/{quote(consumer, safe='')}/latest"
        return read(self._get(path).content, path)

    def _get(self, path: str) -> requests.Response:
        try:
            answer = self._session.get(
                self._url + path, auth=self._authorization, headers={"Accept": HAL}, timeout=PATIENCE_SECONDS
            )
        except requests.RequestException as trouble:
            said = "not in time" if isinstance(trouble, requests.Timeout) else type(trouble).__name__
            raise NoAnswer(f"no broker answers at {self._url} ({said}): is PACT_BROKER_BASE_URL right?") from trouble
        if not answer.ok:
            why = WHY.get(answer.status_code, "its own log may say why")
            raise NoAnswer(f"the broker answers {answer.status_code} for {self._url}{path}: {why}")
        return answer
