"""What no neighbour accepts: it says why, names the field, and nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from simulators.kit.http.auth import Person, token
from tests.unit.neighbour import CLOUDEVENT, JWT_SECRET, Neighbour

NOT_NUMBERS: list[Any] = ["1", 1.5, True, None, -1, [1]]
NOT_OBJECTS: list[Any] = [None, 49, "49 EUR", []]
NOT_CURRENCIES: list[Any] = ["eur", "EURO", 978, None]
NOT_IDS: list[Any] = ["", "a b", "a/b", "x" * 65, 7]
NOT_TEXTS: list[Any] = [None, "", "  ", 7, ["x"], {"x": 1}, "x" * 501]
NOT_INSTANTS: list[Any] = [None, "", "tomorrow", 7, "2026-09-07", "2026-09-07T10:00:00", "2026-09-07T10:00:00+02:00"]
NOT_INSTANTS += ["2026-02-30T10:00:00Z", "9999-12-31T23:59:00Z", "0001-01-01T00:00:00Z", "٢026-09-07T10:00:00Z"]
NOT_MINUTES: list[Any] = [*NOT_NUMBERS, 0, 1441]
NO_OBJECTS = ["", "{", "[]", "7", "1.5", "null", '"x"', "\x00", "[" * 5000, '{"x":' * 3000 + "1" + "}" * 3000]
NOT_KEPT = ["NaN", "Infinity", "1e400", "9" * 5000, '"\\ud800"', '["\\udfff"]', '{"\\ud800": 1}', "[" * 200 + "]" * 200]
NO_OBJECTS += [f'{{"title": {each}}}' for each in NOT_KEPT]
HUGE = '{"title": "' + "x" * 2_000_000 + '"}'
MAY_LACK = {"key", "ended", "meetingLink", "sagaId", "paymentId"}
NOT_CHECKED = {"inbox": {"data"}, "deliveries": {"sagaId"}}
EVERYBODY = {"operator", "ada", "service"}
BAD_PAGES = ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=", "limit=٣", "cursor=none"]

Message = tuple[str, dict[str, Any]]


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


def assert_refused(answer: Any, status: int, field: str | None = None) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert answer.json["status"] == status
    assert field is None or answer.json["errors"][0]["field"] == field


class Refusals:
    """What each neighbour refuses, of a fixture `neighbour`; the lists are each suite's own."""

    routes: Sequence[tuple[str, str, set[str]]]  # all its routes: method, path, who may call it
    doors: Sequence[str]  # where other services' messages come in
    command: Message  # one that it obeys: name and data
    bad_bodies: Sequence[tuple[str, str, Any, str]]  # method, path, body, the field that is named
    bad_data: Sequence[
        tuple[str, str, dict[str, Any], str]
    ]  # door, name and data of a message, the field that is named
    object_paths: Sequence[str]  # where a POST wants a JSON object
    pages: Sequence[str]  # lists with a cursor
    tables: Sequence[str]  # what it keeps once the fixture is ready, and all its messages are delivered

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give each test the cases of its suite."""
        cases: dict[str, Sequence[object]] = {
            "bad_body": self.bad_bodies,
            "bad_message": self.bad_data,
            "object_path": self.object_paths,
            "page": self.pages,
            "door": self.doors,
        }
        for name in cases.keys() & set(metafunc.fixturenames):
            metafunc.parametrize(name, cases[name])

    def test_a_bad_body_names_its_field_and_changes_nothing(
        self, neighbour: Neighbour, bad_body: tuple[str, str, Any, str]
    ) -> None:
        method, path, body, field = bad_body
        before = neighbour.state()
        assert_refused(neighbour.call("operator", method, path, body), 400, field)
        assert neighbour.state() == before

    def test_a_state_without_a_field_that_is_needed_or_with_another_kind_of_it_is_refused(
        self, neighbour: Neighbour
    ) -> None:
        neighbour.announcements()
        before = neighbour.state()
        assert before.keys() == set(self.tables)
        for table, (row, *_) in before.items():
            for field in row.keys() - NOT_CHECKED.get(table, set()) - {"id"}:
                lacking = [] if field in MAY_LACK else [without(row, field)]
                for bad in [*lacking, row | {field: {"x": [1]}}]:
                    answer: Any = neighbour.call("", "PUT", "/_sim/state", before | {table: [bad]})
                    assert_refused(answer, 400)
                    assert answer.json["errors"][0]["field"] == f"{table}[0].{field}"
                    assert neighbour.state() == before
        assert neighbour.call("", "PUT", "/_sim/state", before).status_code == 204
        assert neighbour.state() == before

    def test_a_bad_message_names_its_field_and_changes_nothing(
        self, neighbour: Neighbour, bad_message: tuple[str, str, dict[str, Any], str]
    ) -> None:
        door, name, data, field = bad_message
        before = neighbour.state()
        assert_refused(neighbour.say(door, name, data), 400, field)
        assert neighbour.state() == before

    @pytest.mark.parametrize("body", NO_OBJECTS)
    def test_what_is_no_json_object_is_refused(self, neighbour: Neighbour, object_path: str, body: str) -> None:
        before = neighbour.state()
        assert_refused(neighbour.call("operator", "POST", object_path, body), 400)
        assert neighbour.state() == before

    def test_a_huge_body_is_refused(self, neighbour: Neighbour, object_path: str) -> None:
        assert_refused(neighbour.call("operator", "POST", object_path, HUGE), 413)

    @pytest.mark.parametrize("body", NO_OBJECTS)
    def test_a_message_that_is_no_json_object_is_refused(self, neighbour: Neighbour, door: str, body: str) -> None:
        before = neighbour.state()
        assert_refused(neighbour.call("service", "POST", door, body, **CLOUDEVENT), 400)
        assert neighbour.state() == before

    @pytest.mark.parametrize("query", BAD_PAGES)
    def test_a_bad_page_is_refused(self, neighbour: Neighbour, page: str, query: str) -> None:
        assert_refused(neighbour.call("operator", "GET", f"{page}?{query}"), 400, query.partition("=")[0])

    @pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "subject", "data"])
    def test_an_envelope_without_what_it_needs_is_refused(self, neighbour: Neighbour, attribute: str) -> None:
        before = neighbour.state()
        answer = neighbour.call("service", "POST", "/commands", without(_whole(*self.command), attribute), **CLOUDEVENT)
        assert_refused(answer, 400, attribute)
        assert neighbour.state() == before

    def test_a_subject_that_is_not_the_saga_is_refused(self, neighbour: Neighbour) -> None:
        sent = _whole(*self.command) | {"subject": "another"}
        assert_refused(neighbour.call("service", "POST", "/commands", sent, **CLOUDEVENT), 400, "subject")

    def test_only_cloudevents_in_structured_mode_are_read(self, neighbour: Neighbour, door: str) -> None:
        answer = neighbour.call("service", "POST", door, {}, **{"Content-Type": "application/json"})
        assert_refused(answer, 415)

    def test_a_huge_message_is_refused(self, neighbour: Neighbour, door: str) -> None:
        assert_refused(neighbour.call("service", "POST", door, HUGE, **CLOUDEVENT), 413)

    def test_each_route_lets_in_only_whom_it_is_for(self, neighbour: Neighbour) -> None:
        for method, path, known in self.routes:
            before = neighbour.state()
            for who in EVERYBODY - known:
                assert_refused(neighbour.call(who, method, path), 401 if known == {"service"} else 403)
            assert_refused(neighbour.call("", method, path), 401)
            assert neighbour.state() == before
            for who in known:
                assert neighbour.call(who, method, path).status_code not in {401, 403}, (who, method, path)

    def test_every_route_is_in_that_list(self, neighbour: Neighbour) -> None:
        routes = neighbour.app.url_map
        served = {(method, rule.rule) for rule in routes.iter_rules() for method in (rule.methods or set())}
        listed = {
            (method, routes.bind("").match(path, method, return_rule=True)[0].rule) for method, path, _ in self.routes
        }
        ours = {each for each in served if not each[1].startswith(("/_sim", "/static"))}
        assert {each for each in ours if each[0] not in {"HEAD", "OPTIONS"}} == listed

    @pytest.mark.parametrize(
        ("secret", "age", "role", "status"),
        [
            (JWT_SECRET, timedelta(hours=-1), "student", 401),
            ("another-secret-that-is-long-enough-too", timedelta(hours=1), "student", 401),
            (JWT_SECRET, timedelta(hours=1), "tutor", 403),
        ],
        ids=["expired", "signed by somebody else", "in no role we know"],
    )
    def test_a_token_that_is_not_good_opens_nothing(
        self, neighbour: Neighbour, secret: str, age: timedelta, role: str, status: int
    ) -> None:
        bearer = token(Person("ada", role), secret, neighbour.clock.now() + age)
        for path in (path for method, path, known in self.routes if method == "GET" and "ada" in known):
            answer = neighbour.call("", "GET", path, None, Authorization=f"Bearer {bearer}")
            assert_refused(answer, status)


def _whole(name: str, data: dict[str, Any]) -> dict[str, Any]:
    known = {"specversion": "1.0", "id": "1", "source": "x", "type": name, "subject": data["sagaId"]}
    return known | {"data": data}
