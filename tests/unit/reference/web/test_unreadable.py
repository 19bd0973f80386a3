"""One row that this version cannot read is shown as such; everything else goes on, and a person can get at it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from responses import RequestsMock

from tests.unit.reference.builders import SECRET
from tests.unit.reference.web.problems import assert_problem
from tests.unit.reference.web.service_under_test import INITIATED, OPERATOR, SERVICE, Service, token

RELEASE = json.dumps({"sagaId": "saga_1", "tutorId": "tom"})
WHY = {"why": "a newer version wrote it"}
SAGAS = {
    "an unknown class": "UPDATE sagas SET saga = 'RentRoomSaga'",
    "an unknown state": "UPDATE sagas SET state = 'renting', body = json_set(body, '$.state', 'renting')",
    "a field that is missing": "UPDATE sagas SET body = json_remove(body, '$.courseId')",
    "a field of another kind": "UPDATE sagas SET body = json_set(body, '$.history', 7)",
    "deadlines of another kind": "UPDATE sagas SET body = json_set(body, '$.reminders', json('[1]'))",
    "no object": "UPDATE sagas SET body = '[]'",
    "nothing": "UPDATE sagas SET body = 'null'",
    "half an object": "UPDATE sagas SET body = '{\"sagaId\": '",
    "no JSON": "UPDATE sagas SET body = 'odd'",
    "a start that is no time": "UPDATE sagas SET started_at = 'odd'",
    "a start that is nothing": "UPDATE sagas SET started_at = ''",
    "a last move that is a number": "UPDATE sagas SET updated_at = 7",
    "a deadline that is no time": "UPDATE sagas SET due_at = '2026-13-45 00:00:00'",
    "a version that is no number": "UPDATE sagas SET version = 'odd'",
    "too deep": "UPDATE sagas SET body = '" + "[" * 5000 + "'",
}
PAYMENTS = {
    "an unknown status": "UPDATE payments SET body = json_set(body, '$.status', 'IN_SPACE'), status = 'IN_SPACE'",
    "an unknown context": "UPDATE payments SET body = json_set(body, '$.context', 'RENT'), context = 'RENT'",
    "an odd currency": "UPDATE payments SET body = json_set(body, '$.price.currency', 'euro')",
    "an odd amount": "UPDATE payments SET body = json_set(body, '$.price.amount', 1.5)",
    "a refund of another kind": "UPDATE payments SET body = json_set(body, '$.refunds', json('{\"re_1\": 7}'))",
    "no object": "UPDATE payments SET body = '7'",
    "no JSON": "UPDATE payments SET body = ''",
    "a beginning that is no time": "UPDATE payments SET opened_at = 'odd'",
    "a deadline that is no time": "UPDATE payments SET due_at = '2026-09-01 at noon'",
}
LETTERS = {
    "an unknown name": "UPDATE dead_letters SET name = 'RentPaid'",
    "a field that is missing": "UPDATE dead_letters SET body = '{}'",
    "no object": "UPDATE dead_letters SET body = '[7]'",
    "nothing": "UPDATE dead_letters SET body = 'null'",
    "no JSON": "UPDATE dead_letters SET body = 'odd'",
    "a time that is none": "UPDATE dead_letters SET at = 'odd'",
}


def three_purchases(service: Service, world: RequestsMock) -> None:
    for number in range(3):
        data = {"sagaId": f"saga_{number}", "studentId": f"student_{number}", "courseId": "algebra"}
        service.event(INITIATED | {"id": f"e{number}", "data": data})
        service.later(seconds=1)
    service.work(world)


def enqueue(service: Service, *row: str) -> None:
    service.query("INSERT INTO outbox VALUES (?, ?, ?, ?, '2026-09-01 11:00', '2026-09-01 11:00', 0, NULL)", *row)


def by_id(service: Service, path: str, headers: dict[str, str] = OPERATOR) -> dict[str, Any]:
    answer = service.get(path, headers)
    assert answer.status_code == 200
    return {item["sagaId"]: item for item in answer.get_json()["items"]}


@pytest.mark.parametrize("odd", SAGAS)
@pytest.mark.fault(37)
def test_a_saga_that_cannot_be_read_is_shown_as_such_among_the_others(
    service: Service, world: RequestsMock, odd: str
) -> None:
    three_purchases(service, world)
    before = by_id(service, "/sagas")
    service.query(f"{SAGAS[odd]} WHERE saga_id = 'saga_1'")
    found = by_id(service, "/sagas")
    assert (found["saga_0"], found["saga_2"]) == (before["saga_0"], before["saga_2"])
    assert found["saga_1"]["unreadable"]
    assert (found["saga_1"]["studentId"], found["saga_1"]["contextId"]) == ("student_1", "algebra")
    assert service.saga("saga_1", OPERATOR).get_json() == found["saga_1"]
    assert by_id(service, "/payments").keys() == found.keys()
    assert "stored" in found["saga_1"], "an operator can get at what is there"


@pytest.mark.parametrize("odd", SAGAS)
def test_of_what_cannot_be_read_others_see_no_more_than_before(service: Service, world: RequestsMock, odd: str) -> None:
    three_purchases(service, world)
    service.query(f"{SAGAS[odd]} WHERE saga_id = 'saga_1'")
    owner, other = token(sub="student_1"), token(sub="student_2")
    assert by_id(service, "/sagas", owner).keys() == {"saga_1"}
    assert by_id(service, "/sagas", other).keys() == {"saga_2"}
    assert_problem(service.saga("saga_1", other), 404)
    for caller in (owner, SERVICE):
        answer = service.saga("saga_1", caller)
        assert (answer.status_code, "stored" in answer.get_json()) == (200, False)


@pytest.mark.parametrize("odd", PAYMENTS)
@pytest.mark.fault(37)
def test_a_payment_that_cannot_be_read_is_shown_as_such_among_the_others(
    service: Service, world: RequestsMock, odd: str
) -> None:
    three_purchases(service, world)
    before, before_sagas = by_id(service, "/payments"), by_id(service, "/sagas")
    service.query(f"{PAYMENTS[odd]} WHERE saga_id = 'saga_1'")
    found, sagas = by_id(service, "/payments"), by_id(service, "/sagas")
    for saga_id in ("saga_0", "saga_2"):
        assert (found[saga_id], sagas[saga_id]) == (before[saga_id], before_sagas[saga_id])
    assert found["saga_1"]["unreadable"]
    assert found["saga_1"]["paymentId"] == before["saga_1"]["paymentId"]
    assert sagas["saga_1"]["payment"] == found["saga_1"]
    assert service.saga("saga_1", token(sub="student_1")).status_code == 200
    assert SECRET not in service.get("/payments").text + service.get("/sagas").text


@pytest.mark.parametrize("odd", LETTERS)
@pytest.mark.fault(13, 37)
def test_a_dead_letter_that_cannot_be_read_is_shown_as_such_and_can_be_resolved(service: Service, odd: str) -> None:
    for number in range(3):
        data = {"sagaId": f"lost_{number}", "reason": "gone"}
        service.event(INITIATED | {"id": f"m{number}", "type": "EnrollmentRejected", "data": data})
    service.query(f"{LETTERS[odd]} WHERE id = 2")
    letters = service.get("/dead-letters").get_json()["items"]
    assert [letter["id"] for letter in letters] == [3, 2, 1]
    assert [letter["name"] for letter in letters] == ["EnrollmentRejected", "Unreadable", "EnrollmentRejected"]
    assert_problem(service.post("/dead-letters/2/retry", WHY), 409)
    assert service.post("/dead-letters/2/resolve", WHY).status_code == 202
    assert [letter["id"] for letter in service.get("/dead-letters").get_json()["items"]] == [3, 1]


@pytest.mark.parametrize("act", ["/sagas/saga_1/cancel", "/sagas/saga_1/resume"])
@pytest.mark.parametrize("odd", [*SAGAS.values(), *PAYMENTS.values()])
def test_nobody_moves_what_cannot_be_read(service: Service, world: RequestsMock, odd: str, act: str) -> None:
    three_purchases(service, world)
    service.query(f"{odd} WHERE saga_id = 'saga_1'")
    service.query(f"UPDATE {odd.split()[1]} SET version = version + 1 WHERE version = CAST(version AS INTEGER)")  # noqa: S608
    before = service.rows()
    caller = token(sub="student_1") if act.endswith("cancel") else OPERATOR
    assert_problem(service.post(act, WHY, caller), 409)
    assert service.rows() == before


@pytest.mark.parametrize("odd", [*SAGAS.values(), *PAYMENTS.values()])
@pytest.mark.fault(13, 37)
def test_the_deadlines_of_others_fall_due_whatever_one_row_holds(
    service: Service, world: RequestsMock, odd: str
) -> None:
    three_purchases(service, world)
    service.query(f"{odd} WHERE saga_id = 'saga_0'")
    world.get("http://stripe.test/v1/payment_intents/pi_1", json={"id": "pi_1"})
    world.post("http://stripe.test/v1/payment_intents/pi_1/cancel", json={"id": "pi_1"})
    service.later(days=1)
    for _ in range(200):
        if not service.app.extensions["background"].pump():
            break
    else:
        pytest.fail("it goes round and round")
    due = service.app.extensions["background"].next_due()
    assert due is None or due > service.clock.now(), "nobody goes round and round for what never falls due"
    left = service.query("SELECT saga_id FROM payments WHERE due_at <= '2026-09-02 11:00:00'")
    assert left == [], "no deadline of anybody is left behind"


@pytest.mark.fault(13, 37)
def test_a_message_for_nobody_here_is_for_a_person(service: Service, world: RequestsMock) -> None:
    three_purchases(service, world)
    enqueue(service, "saga_1:1", "landlord", "RELEASE_TUTOR_SLOT", RELEASE)
    enqueue(service, "saga_1:2", "learning", "RELEASE_TUTOR_SLOT", "[7")
    while service.app.extensions["background"].pump():
        pass
    letters = {letter["messageId"]: letter["reason"] for letter in service.get("/dead-letters").get_json()["items"]}
    assert letters.keys() == {"saga_1:1", "saga_1:2"}
    assert "landlord" in letters["saga_1:1"]
    assert service.query("SELECT key FROM outbox") == []


def test_what_a_newer_version_can_read_again_is_taken_again(service: Service, world: RequestsMock) -> None:
    three_purchases(service, world)
    enqueue(service, "saga_1:1", "learning", "RENT_ROOM", RELEASE)
    while service.app.extensions["background"].pump():
        pass
    stored = json.loads(service.query("SELECT body FROM dead_letters")[0][0])
    assert stored["storedAs"] == "RENT_ROOM"
    known = json.dumps(stored | {"storedAs": "RELEASE_TUTOR_SLOT"})  # As if this version had learned the name.
    service.query("UPDATE dead_letters SET body = ?", known)
    (letter,) = service.get("/dead-letters").get_json()["items"]
    assert (letter["name"], letter["sagaId"]) == ("RELEASE_TUTOR_SLOT", "saga_1")
    assert service.post(f"/dead-letters/{letter['id']}/retry", WHY).status_code == 202
    assert service.query("SELECT key, name FROM outbox") == [("saga_1:1", "RELEASE_TUTOR_SLOT")]


@pytest.mark.parametrize("odd", ["odd", "", "12:00", "7"])
def test_a_page_may_end_with_a_row_whose_time_is_none(service: Service, world: RequestsMock, odd: str) -> None:
    three_purchases(service, world)
    service.query("UPDATE sagas SET started_at = ? WHERE saga_id <> 'saga_2'", odd)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        which: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = service.get("/sagas", limit=1, **which).get_json()
        found += [item["sagaId"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert sorted(found) == ["saga_0", "saga_1", "saga_2"]


@pytest.mark.parametrize("odd", ["odd", "", "7"])
@pytest.mark.parametrize("column", ["asked_at", "due_at"])
def test_an_outbox_message_whose_time_is_none_keeps_nobody_waiting(
    service: Service, world: RequestsMock, column: str, odd: str
) -> None:
    three_purchases(service, world)
    for number in range(2):
        enqueue(service, f"saga_1:{number}", "landlord", "RELEASE_TUTOR_SLOT", RELEASE)
    service.query(f"UPDATE outbox SET {column} = ? WHERE key = 'saga_1:0'", odd)  # noqa: S608 - ours
    assert service.get("/metrics").status_code == 200
    while service.app.extensions["background"].pump():
        pass
    assert "saga_1:1" in {letter["messageId"] for letter in service.get("/dead-letters").get_json()["items"]}
