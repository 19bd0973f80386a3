"""Requests that were really made, changed at random: paths, queries, headers and bodies that no client would send."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tests.fuzz.odd_values import ODD_BODIES, ODD_HEADERS, ODD_TEXTS, ODD_VALUES


@dataclass(frozen=True)
class Request:
    """One request, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def is_deep(self) -> bool:
        """Whether it may change all that comes after: what is remembered, or the time."""
        return self.path.startswith(("/_sim/reset", "/_sim/state", "/_sim/clock")) and self.method != "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path[:300]} {dict(self.headers)!r:.600} {self.body[:600]!r}"


class Mutator:
    """Draws requests from samples; the same seed draws the same ones."""

    def __init__(self, samples: Sequence[Request], rules: Sequence[tuple[str, str]], randomness: Random) -> None:
        self._samples, self._rules, self._random = samples, rules, randomness
        self._words = sorted({word for each in samples for word in each.path.partition("?")[0].split("/") if word})

    def draw(self) -> Request:
        """Return a sample with one to three things about it changed."""
        request = self._random.choice(self._samples) if self._random.random() < 0.7 else self._from_rule()
        changes: list[Callable[[Request], Request]] = [
            self._body,
            self._body,
            self._body,
            self._path,
            self._query,
            self._header,
            self._header,
            self._method,
            self._credentials,
        ]
        for _ in range(self._random.randint(1, 3)):
            request = self._random.choice(changes)(request)
        return request

    def _from_rule(self) -> Request:
        """Return a request to a route that a sample may never have met."""
        method, rule = self._random.choice(self._rules)
        parts = [self._segment() if part.startswith("<") else part for part in rule.split("/")]
        sample = self._random.choice(self._samples)
        return replace(sample, method=method, path="/".join(parts))

    def _segment(self) -> str:
        text = self._random.choice(self._words) if self._random.random() < 0.6 else self._text()
        return quote(text.encode(errors="surrogatepass"), safe="") or "x"

    def _text(self) -> str:
        return self._random.choice(ODD_TEXTS)

    def _path(self, request: Request) -> Request:
        path, mark, query = request.path.partition("?")
        parts = path.split("/")
        place = self._random.randrange(len(parts))
        parts[place] = self._segment()
        return replace(request, path="/" + "/".join(parts).lstrip("/") + mark + query)

    def _query(self, request: Request) -> Request:
        names = [
            "limit",
            "cursor",
            "status",
            "state",
            "expand[]",
            "created[gte]",
            "query",
            "from",
            "to",
            "duration",
            "as",
            "x",
        ]
        pairs = [(self._random.choice(names), self._text()) for _ in range(self._random.randint(1, 3))]
        spelled = urlencode([(name, value.encode(errors="surrogatepass")) for name, value in pairs])
        return replace(request, path=f"{request.path.partition('?')[0]}?{spelled}")

    def _header(self, request: Request) -> Request:
        name = self._random.choice(list(ODD_HEADERS))
        return replace(request, headers=request.headers | {name: self._random.choice(ODD_HEADERS[name])})

    def _credentials(self, request: Request) -> Request:
        """Come as somebody else."""
        other = self._random.choice(self._samples).headers.get("Authorization")
        headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
        return replace(request, headers=headers | ({"Authorization": other} if other else {}))

    def _method(self, request: Request) -> Request:
        return replace(
            request, method=self._random.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
        )

    def _body(self, request: Request) -> Request:
        if not request.body or self._random.random() < 0.15:
            return replace(request, body=self._random.choice(ODD_BODIES))
        try:
            value = json.loads(request.body)
        except (ValueError, RecursionError):
            return replace(request, body=self._form(request.body))
        changed = self._json(value)
        return replace(request, body=json.dumps(changed).encode())

    def _form(self, body: bytes) -> bytes:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True) or [("x", "y")]
        place = self._random.randrange(len(pairs))
        name, value = pairs[place]
        draw = self._random.random()
        if draw < 0.6:
            pairs[place] = (name, self._text())
        elif draw < 0.75:
            pairs[place] = (name + self._random.choice(["[]", "[x]", "[0]", "[", "]"]), value)
        elif draw < 0.9:
            pairs.pop(place)
        else:
            pairs.append((self._random.choice(["expand[]", "metadata[x]", "amount", "x"]), self._text()))
        return urlencode(
            [(each.encode(errors="surrogatepass"), text.encode(errors="surrogatepass")) for each, text in pairs]
        ).encode()

    def _json(self, value: Any) -> Any:
        """Change one place in it, however deep."""
        if isinstance(value, dict) and value and self._random.random() < 0.85:
            key = self._random.choice(sorted(value))
            draw = self._random.random()
            if draw < 0.15:
                return {each: value[each] for each in value if each != key}
            if draw < 0.25:
                return value | {self._text(): value[key]}
            return value | {key: self._json(value[key])}
        if isinstance(value, list) and value and self._random.random() < 0.7:
            place = self._random.randrange(len(value))
            return [*value[:place], self._json(value[place]), *value[place + 1 :]]
        return self._text() if self._random.random() < 0.5 else self._random.choice(ODD_VALUES)
