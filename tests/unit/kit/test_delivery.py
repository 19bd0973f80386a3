from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from simulators.kit.attempt import Attempt
from simulators.kit.delivery import Deliveries
from simulators.kit.faults.deliveries import DELIVERY_FAULTS
from simulators.kit.faults.fault import Faults
from simulators.kit.seams import Clock, Seams
from simulators.kit.storage.store import Store
from simulators.kit.time.background import Background


class Receivers:
    wanted = True

    def secrets(self, _delivery: dict[str, Any]) -> list[str]:
        return ["secret"] if self.wanted else []

    def headers(self, attempt: Attempt) -> dict[str, str]:
        return {"Content-Type": "text/plain", "Signature": f"{attempt.at.timestamp():.0f} {attempt.secrets[0]}"}


class Network(requests.Session):
    """Answers in place of the receivers, and notes what they get."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[str, str, dict[str, str]]] = []
        self.answer: Callable[[str], int] = lambda _url: 200

    def post(self, url: str, **sent: Any) -> requests.Response:  # type: ignore[override]
        self.got.append((url, sent["data"].decode(), sent["headers"]))
        response = requests.Response()
        response.status_code = self.answer(url)
        return response


class Office:
    def __init__(self, seams: Seams, store: Store | None = None) -> None:
        self.network = Network()
        self.clock = seams.clock
        self.store = Store() if store is None else store
        self.faults = Faults(seams.randomness, DELIVERY_FAULTS)
        self.background = Background(seams.clock)
        self.receivers = Receivers()
        seams = Seams(seams.clock, seams.randomness, self.network)
        self.deliveries = Deliveries(seams, self.store, self.faults, self.background, self.receivers)

    def send(self, body: str = "hello", receiver: str = "ada") -> None:
        self.deliveries.send(receiver, f"http://{receiver}", "greeting", body)

    def pump(self) -> int:
        count = 0
        while self.background.pump():
            count += 1
        return count

    def statuses(self) -> list[str]:
        return [each["status"] for each in self.store.table("deliveries").oldest()]


@pytest.fixture
def office(seams: Seams) -> Office:
    return Office(seams)


def test_nothing_is_sent_before_it_is_pumped(office: Office) -> None:
    office.send()
    assert office.network.got == []
    assert office.pump() == 1
    assert office.network.got[0][:2] == ("http://ada", "hello")
    assert office.statuses() == ["DELIVERED"]
    assert office.background.next_due() is None


def refuse(_url: str) -> int:
    raise requests.ConnectionError


@pytest.mark.parametrize("failure", [lambda _: 500, lambda _: 302, refuse])
def test_a_failure_is_tried_again_later_and_signed_anew(office: Office, failure: Callable[[str], int]) -> None:
    office.network.answer = failure
    office.send()
    assert office.pump() == 1
    office.network.answer = lambda _: 200
    assert office.pump() == 0
    office.clock.advance(timedelta(seconds=1))
    assert office.pump() == 1
    first, second = (headers["Signature"] for _, _, headers in office.network.got)
    assert first != second
    assert office.statuses() == ["DELIVERED"]


def test_it_is_given_up_after_days_and_every_attempt_is_in_the_log(office: Office) -> None:
    office.network.answer = lambda _: 503
    office.send()
    while due := office.background.next_due():
        office.clock.advance(max(due - office.clock.now(), timedelta(0)))
        office.pump()
    [delivery] = office.store.table("deliveries").oldest()
    assert delivery["status"] == "FAILED"
    assert len(delivery["attempts"]) == len(office.network.got) > 70
    assert {each["status"] for each in delivery["attempts"]} == {503}


def test_a_receiver_that_wants_no_more_gets_no_more(office: Office) -> None:
    office.send()
    office.receivers.wanted = False
    office.pump()
    assert (office.network.got, office.statuses()) == ([], ["FAILED"])


def test_what_was_undelivered_is_delivered_after_a_restart(seams: Seams) -> None:
    before = Office(seams)
    before.send()
    after = Office(seams, before.store)
    assert after.pump() == 1
    assert after.statuses() == ["DELIVERED"]


def test_what_was_rolled_back_is_never_sent(office: Office) -> None:
    def send_and_fail() -> None:
        with office.store.transaction():
            office.send()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        send_and_fail()
    office.pump()
    assert office.network.got == []


def test_a_hanging_receiver_starves_no_other(office: Office, seams: Seams) -> None:
    hang, arrived = threading.Event(), threading.Event()

    def answer(url: str) -> int:
        if url == "http://dead":
            hang.wait(10)
        else:
            arrived.set()
        return 200

    office.network.answer = answer
    for _ in range(20):
        office.send(receiver="dead")
    office.send(receiver="alive")
    office.background.start()
    try:
        assert arrived.wait(5)
    finally:
        hang.set()
        office.background.stop()


@pytest.mark.parametrize(
    ("fault", "parameters", "bodies", "status"),
    [
        ("lost_delivery", {}, [], ["LOST"]),
        ("duplicate_delivery", {"copies": 3}, ["hello"] * 3, ["DELIVERED"] * 3),
        ("tampered_body", {}, ["hello\n"], ["DELIVERED"]),
        ("ignored_answer", {}, ["hello"], ["PENDING"]),
        ("lost_delivery", {"event": "farewell"}, ["hello"], ["DELIVERED"]),
    ],
)
def test_a_planted_fault_strikes(
    office: Office, fault: str, parameters: dict[str, Any], bodies: list[str], status: list[str]
) -> None:
    office.faults.plant(fault, parameters)
    office.send()
    office.pump()
    assert [body for _, body, _ in office.network.got] == bodies
    assert office.statuses() == status


def test_a_delayed_message_arrives_after_a_younger_one(office: Office) -> None:
    office.faults.plant("delayed_delivery", {"seconds": 60})
    office.send("first")
    office.send("second")
    office.pump()
    office.clock.advance(timedelta(minutes=1))
    office.pump()
    assert [body for _, body, _ in office.network.got] == ["second", "first"]


def test_signatures_can_be_wrong_missing_or_old(office: Office) -> None:
    now = f"{office.clock.now().timestamp():.0f}"
    for fault in ("wrong_signature", "missing_signature", "stale_timestamp"):
        office.faults.plant(fault, {})
        office.send()
        office.pump()
    wrong, missing, stale = (headers for _, _, headers in office.network.got)
    assert wrong["Signature"] == f"{now} not-secret"
    assert missing == {"Content-Type": "text/plain"}
    assert stale["Signature"] == f"{int(now) - 3600} secret"


def test_threads_deliver_by_themselves_on_a_running_clock(seams: Seams) -> None:
    office = Office(Seams(Clock(), seams.randomness, seams.http))
    arrived = threading.Event()
    office.network.answer = lambda _: arrived.set() or 200  # type: ignore[func-returns-value]
    office.background.start()
    try:
        office.send()
        assert arrived.wait(5)
    finally:
        office.background.stop()
    assert office.statuses() == ["DELIVERED"]


def test_one_message_is_sent_once_more_whatever_became_of_it(office: Office) -> None:
    office.send()
    office.pump()
    [first] = office.store.table("deliveries").oldest()
    office.deliveries.resend(first["id"])
    office.pump()
    assert [body for _, body, _ in office.network.got] == ["hello", "hello"]
    assert office.statuses() == ["DELIVERED", "DELIVERED"]


@pytest.mark.parametrize(
    ("name", "parameters", "got", "statuses"),
    [
        ("lost_delivery", {}, ["other"], ["LOST", "DELIVERED"]),
        ("duplicate_delivery", {}, ["hello", "other", "hello"], ["DELIVERED", "DELIVERED", "DELIVERED"]),
        ("delayed_delivery", {"seconds": 60}, ["other"], ["PENDING", "DELIVERED"]),
        ("tampered_body", {}, ["hello\n", "other"], ["DELIVERED", "DELIVERED"]),
    ],
)
def test_a_fault_strikes_one_message_that_waits_and_no_other(
    office: Office, name: str, parameters: dict[str, Any], got: list[str], statuses: list[str]
) -> None:
    office.send()
    [first] = office.store.table("deliveries").oldest()
    office.send("other", receiver="eve")
    office.deliveries.strike(first["id"], office.faults.make(name, parameters))
    office.pump()
    assert sorted(body for _, body, _ in office.network.got) == sorted(got)
    assert office.statuses() == statuses


def test_a_fault_strikes_what_was_sent_already_as_it_is_sent_once_more(office: Office) -> None:
    office.send()
    office.pump()
    [first] = office.store.table("deliveries").oldest()
    office.deliveries.strike(first["id"], office.faults.make("ignored_answer", {}))
    office.pump()
    assert office.statuses() == ["DELIVERED", "PENDING"]
    office.clock.advance(timedelta(seconds=1))
    office.pump()
    assert office.statuses() == ["DELIVERED", "DELIVERED"]
    assert len(office.network.got) == 3


def test_a_message_that_waits_is_sent_now_and_only_such(office: Office) -> None:
    office.faults.plant("delayed_delivery", {"seconds": 3600})
    office.send()
    [waiting] = office.store.table("deliveries").oldest()
    assert office.pump() == 0
    office.deliveries.send_now(waiting["id"])
    assert office.pump() == 1
    with pytest.raises(LookupError, match="is DELIVERED"):
        office.deliveries.send_now(waiting["id"])
    with pytest.raises(LookupError, match="dlv_none"):
        office.deliveries.resend("dlv_none")
