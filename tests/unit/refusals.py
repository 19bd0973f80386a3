"""What no neighbour accepts: it says why, names the field, and nothing has changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.neighbour import CLOUDEVENT, Neighbour

NOT_NUMBERS: list[Any] = ["1", 1.5, True, None, -1, [1]]
NOT_OBJECTS: list[Any] = [None, 49, "49 EUR", []]
NOT_CURRENCIES: list[Any] = ["eur", "EURO", 978, None]
NOT_IDS: list[Any] = ["", "a b", "a/b", "x" * 65, 7]
NOT_TEXTS: list[Any] = [None, "", "  ", 7, ["x"], {"x": 1}, "x" * 501]
NOT_INSTANTS: list[Any] = [None, "", "tomorrow", 7, "2026-09-07", "2026-09-07T10:00:00", "2026-09-07T10:00:00+02:00"]
NOT_INSTANTS += ["2026-02-30T10:00:00Z", "9999-12-31T23:59:00Z", "0001-01-01T00:00:00Z", "٢026-09-07T10:00:00Z"]
NOT_MINUTES: list[Any] = [*NOT_NUMBERS, 0, 1441]
NO_OBJECTS = ["", "{", "[]", "7", "null", '"x"', "\x00", "[" * 5000]
BAD_PAGES = ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=", "limit=٣", "cursor=none"]

Allowed = list[tuple[str, str, set[str]]]


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


def assert_refused(answer: Any, status: int, field: str | None = None) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert answer.json["status"] == status
    assert field is None or answer.json["errors"][0]["field"] == field


class Messages:
    """Refusals at the doors through which services talk; `neighbour`, `doors` and `command` are each suite's own."""

    @pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "subject", "data"])
    def test_an_envelope_without_what_it_needs_is_refused(
        self, neighbour: Neighbour, command: tuple[str, dict[str, Any]], attribute: str
    ) -> None:
        before = neighbour.state()
        answer = neighbour.call("service", "POST", "/commands", without(_whole(*command), attribute), **CLOUDEVENT)
        assert_refused(answer, 400, attribute)
        assert neighbour.state() == before

    def test_a_subject_that_is_not_the_saga_is_refused(
        self, neighbour: Neighbour, command: tuple[str, dict[str, Any]]
    ) -> None:
        sent = _whole(*command) | {"subject": "another"}
        assert_refused(neighbour.call("service", "POST", "/commands", sent, **CLOUDEVENT), 400, "subject")

    def test_only_cloudevents_in_structured_mode_are_read(self, neighbour: Neighbour, doors: list[str]) -> None:
        for door in doors:
            answer = neighbour.call("service", "POST", door, {}, **{"Content-Type": "application/json"})
            assert_refused(answer, 415)

    def test_a_huge_message_is_refused(self, neighbour: Neighbour, doors: list[str]) -> None:
        huge = '{"title": "' + "x" * 2_000_000 + '"}'
        for door in doors:
            assert_refused(neighbour.call("service", "POST", door, huge, **CLOUDEVENT), 413)


class Access:
    """Who may do what; `allowed` is each suite's list of all its routes."""

    def test_each_route_lets_in_only_whom_it_is_for(self, neighbour: Neighbour, allowed: Allowed) -> None:
        for method, path, known in allowed:
            before = neighbour.state()
            for who in {"operator", "ada", "service"} - known:
                assert_refused(neighbour.call(who, method, path), 401 if known == {"service"} else 403)
            assert_refused(neighbour.call("", method, path), 401)
            assert neighbour.state() == before
            for who in known:
                assert neighbour.call(who, method, path).status_code not in {401, 403}, (who, method, path)

    def test_every_route_is_in_that_list(self, neighbour: Neighbour, allowed: Allowed) -> None:
        routes = neighbour.app.url_map
        served = {(method, rule.rule) for rule in routes.iter_rules() for method in (rule.methods or set())}
        listed = {
            (method, routes.bind("").match(path, method, return_rule=True)[0].rule) for method, path, _ in allowed
        }
        ours = {each for each in served if not each[1].startswith(("/_sim", "/static"))}
        assert {each for each in ours if each[0] not in {"HEAD", "OPTIONS"}} == listed


def _whole(name: str, data: dict[str, Any]) -> dict[str, Any]:
    known = {"specversion": "1.0", "id": "1", "source": "x", "type": name, "subject": data["sagaId"]}
    return known | {"data": data}
