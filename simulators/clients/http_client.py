"""One service over HTTP as one caller sees it: with that caller's credential, and with refusals that can be read."""

from collections.abc import Callable, Iterator
from typing import Any

import requests

from simulators.kit.json_types import Json
from simulators.kit.redaction import redact_text

TIMEOUT_SECONDS = 10


class Refused(Exception):  # noqa: N818 - reads as what happened
    """A service said no; `status` and `answer` are what it said."""

    def __init__(self, response: requests.Response) -> None:
        self.status, self.answer = response.status_code, _json(response)
        request = response.request
        said = f"{request.method} {request.url} → {self.status}: {response.text[:500]}"
        super().__init__(redact_text(said))


class HttpClient:
    """Calls one service as one person or program; a parameter or header that is None is not sent."""

    def __init__(self, session: requests.Session, url: str, bearer: Callable[[], str]) -> None:
        self._session, self.url, self._bearer = session, url, bearer

    def get(self, path: str, **query: object) -> Json:
        """Read, or raise Refused."""
        return _json(self._call("GET", path, params=query))

    def text(self, path: str) -> str:
        """Read what is no JSON, or raise Refused."""
        return self._call("GET", path).text

    def post(self, path: str, json: object = None, *, form: Json | str | None = None, **headers: str | None) -> Json:
        """Send JSON, or a form (a text goes as it is), or raise Refused."""
        return _json(self._call("POST", path, json=json, data=form, headers=headers))

    def put(self, path: str, json: object) -> Json:
        """Replace, or raise Refused."""
        return _json(self._call("PUT", path, json=json))

    def delete(self, path: str) -> Json:
        """Take away, or raise Refused."""
        return _json(self._call("DELETE", path))

    def items(self, path: str, **query: object) -> Iterator[Json]:
        """Yield all items of one of our own services' lists, page by page."""
        while True:
            page = self.get(path, **query)
            yield from page["items"]
            if not page.get("nextCursor"):
                return
            query["cursor"] = page["nextCursor"]

    def _call(self, method: str, path: str, headers: Json | None = None, **content: Any) -> requests.Response:  # noqa: ANN401
        all_headers = {"Authorization": f"Bearer {self._bearer()}", **(headers or {})}
        response = self._session.request(
            method, self.url + path, headers=all_headers, timeout=TIMEOUT_SECONDS, **content
        )
        if not response.ok:
            raise Refused(response)
        return response


class ServiceClient:
    """What every client of `simulators.clients` is: made for one service and one caller."""

    def __init__(self, client: HttpClient) -> None:
        self.client = client

    @property
    def url(self) -> str:
        """Where the service is; in a world without sockets only that world finds it."""
        return self.client.url


def _json(response: requests.Response) -> Json:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {"items": content}
