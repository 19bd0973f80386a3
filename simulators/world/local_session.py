"""A session whose calls stay in this process: it says what `requests` says, without what only a network needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity

Carry = Callable[[requests.PreparedRequest, float | None], requests.Response]
# What `requests` leaves as it is: no host in capitals, no dot segments, nothing to be quoted but brackets of a query.
PLAIN_URL = re.compile(
    r"""http://[a-z0-9.-]+(:[1-9][0-9]*)?(/(?!\.)[\w~!$&'()*+,;=:@.-]*)+(\?[\w~!$&'()*+,;=:@/.?[\]-]+)?""", re.ASCII
)
PLAIN = {str, int, float, bool, type(None)}
USUAL = {"params", "data", "json", "headers", "timeout", "allow_redirects", "verify"}


class LocalSession(requests.Session):
    """Takes the short way for usual calls, and the library's for all others."""

    def __init__(self, carry: Carry) -> None:
        super().__init__()
        self.trust_env = False
        self._carry, self._adapter = carry, InProcess(carry)
        self.mount("http://", self._adapter)

    def request(self, method: Any, url: Any, *arguments: Any, **given: Any) -> requests.Response:  # noqa: ANN401
        """Make one call, as a Session does."""
        if arguments or not self._is_usual(url, given):
            return super().request(method, url, *arguments, **given)
        answer = self._carry(self._prepare(method, url, given), _patience(given.get("timeout")))
        if answer.is_redirect and given.get("allow_redirects", True):
            self._adapter.answer = answer
            return super().request(method, url, **given)
        return _whole(answer)

    def _is_usual(self, url: object, given: Mapping[str, Any]) -> bool:
        is_new = not (self.auth or self.params or self.hooks["response"] or len(self.cookies))
        is_here = isinstance(url, str) and url.startswith("http://")
        return is_new and is_here and not any(given[name] for name in given if name not in USUAL)

    def _prepare(self, method: str, url: str, given: Mapping[str, Any]) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        request.prepare_method(method)
        params = given.get("params") or {}
        if PLAIN_URL.fullmatch(url) and _is_plain(params, url):
            query = urlencode({name: each for name, each in params.items() if each is not None}, doseq=True)
            request.url = (f"{url}?{query}" if query else url).replace("[", "%5B").replace("]", "%5D")
        else:
            request.prepare_url(url, params)
        request.headers = self._headers(given.get("headers") or {})
        request.prepare_body(given.get("data") or {}, None, given.get("json"))
        return request

    def _headers(self, own: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the library's own kind of mapping
        headers: CaseInsensitiveDict[Any] = CaseInsensitiveDict(self.headers)
        for name, value in own.items():
            if value is None:
                headers.pop(name, None)
            else:
                check_header_validity((name, value))
                headers[name] = value
        return headers


class InProcess(BaseAdapter):
    """What `requests` finds for `http://`; `answer` is what was answered already."""

    def __init__(self, carry: Carry) -> None:
        super().__init__()
        self._carry = carry
        self.answer: requests.Response | None = None

    def send(self, request: requests.PreparedRequest, *_: object, **options: Any) -> requests.Response:  # noqa: ANN401
        """Carry one call."""
        answer, self.answer = self.answer, None
        return _whole(answer or self._carry(request, _patience(options.get("timeout"))))

    def close(self) -> None:
        """Do nothing: there is no connection to close."""


def _is_plain(params: object, url: str) -> bool:
    """Whether all there is to a query is to write it down, as `requests` does."""
    return isinstance(params, dict) and ("?" not in url or not params) and PLAIN.issuperset(map(type, params.values()))


def _whole(answer: requests.Response) -> requests.Response:
    """Return an answer that is as long as it says; ChunkedEncodingError for one that was cut off."""
    promised, came = int(answer.headers.get("Content-Length", 0)), len(answer.content)
    if came < promised and answer.request.method != "HEAD" and answer.status_code != HTTPStatus.NOT_MODIFIED:
        raise requests.exceptions.ChunkedEncodingError(f"{came} bytes of {promised} came", request=answer.request)
    return answer


def _patience(timeout: float | tuple[float | None, float | None] | None) -> float | None:
    return timeout[1] if isinstance(timeout, tuple) else timeout
