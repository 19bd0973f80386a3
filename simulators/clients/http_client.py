"""How an actor of a world calls one service: with its own credential, and with refusals that can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.kit.json_types import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

TIMEOUT_SECONDS = 10


class Refused(Exception):  # noqa: N818 - reads as what happened
    """A service said no; `status` and `answer` are what it said."""

    def __init__(self, response: requests.Response) -> None:
        self.status, self.answer = response.status_code, _json(response)
        request = response.request
        super().__init__(f"{request.method} {request.url} → {self.status}: {response.text[:500]}")


class Client:
    """One service as one person or program sees it."""

    def __init__(self, session: requests.Session, url: str, bearer: Callable[[], str]) -> None:
        self._session, self.url, self._bearer = session, url, bearer

    def get(self, path: str, **query: object) -> Json:
        """Read, or raise Refused."""
        return self._call("GET", path, params=query)

    def post(self, path: str, json: object = None, *, form: Json | str | None = None, **headers: str) -> Json:
        """Send JSON, or a form (a text goes as it is), or raise Refused."""
        return self._call("POST", path, json=json, data=form, headers=headers)

    def put(self, path: str, json: object) -> Json:
        """Replace, or raise Refused."""
        return self._call("PUT", path, json=json)

    def patch(self, path: str, json: object) -> Json:
        """Change, or raise Refused."""
        return self._call("PATCH", path, json=json)

    def delete(self, path: str) -> Json:
        """Take away, or raise Refused."""
        return self._call("DELETE", path)

    def items(self, path: str, **query: object) -> Iterator[Json]:
        """Yield all items of one of our own services' lists."""
        while True:
            page = self.get(path, **query)
            yield from page["items"]
            if not page.get("nextCursor"):
                return
            query["cursor"] = page["nextCursor"]

    def pages(self, path: str, **query: object) -> Iterator[Json]:
        """Yield all items of one of Stripe's lists, newest first."""
        while True:
            page = self.get(path, limit=100, **query)
            yield from page["data"]
            if not page["has_more"]:
                return
            query["starting_after"] = page["data"][-1]["id"]

    def _call(self, method: str, path: str, headers: Json | None = None, **content: Any) -> Json:  # noqa: ANN401
        named = {"Authorization": f"Bearer {self._bearer()}", **(headers or {})}
        response = self._session.request(method, self.url + path, headers=named, timeout=TIMEOUT_SECONDS, **content)
        if not response.ok:
            raise Refused(response)
        return _json(response)


def _json(response: requests.Response) -> Json:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {"items": content}
