"""What the student of a storm wants, and does about it."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

import requests

from simulators.clients.http_client import Refused
from simulators.clients.student_app import EMPTY_ACCOUNT, GOOD_ACCOUNT, NotOffered
from simulators.stories import tomorrow
from simulators.world.world import World

# What a student does, by the cards that are tried.
WAYS = {
    "pays": ["pm_card_visa"],
    "is declined, then pays": ["pm_card_visa_chargeDeclined", "pm_card_visa"],
    "disputes": ["pm_card_createDispute"],
    "cannot be refunded": ["pm_card_refundFail"],
    "leaves when the bank asks": ["pm_card_authenticationRequired"],
    "never pays": [],
    "cancels": [],
    "pays and cancels": ["pm_card_visa"],
}
# What only wild storms have: a bank that answers days later, and somebody who makes up the news of a payment.
ACCOUNTS = {"pays from an account": GOOD_ACCOUNT, "has an empty account": EMPTY_ACCOUNT}
FORGES, PAID = "forges the news", "payment_intent.succeeded"
WILD_WAYS = (*ACCOUNTS, FORGES)

MAY_WAIT_FOR_A_PERSON = ("disputes", "cannot be refunded")
COURSE, SESSION = "course", "session"
# What is delivered, what is refused once it is paid, and what cannot be bought; each so many times as likely.
THINGS = {"sure": 8, "fickle": 3, "draft": 1}
DAYS, HOURS = 14, (8, 14)
WORTH_ANOTHER_TRY = (429, 500)


@dataclass(frozen=True)
class Purchase:
    """What one student wants, and does about it."""

    student: str
    kind: str
    thing: str
    day: int
    hour: int
    way: str

    def __str__(self) -> str:
        where = "the course" if self.kind == COURSE else f"an hour, in {self.day} days at {self.hour}, of the tutor"
        return f"{self.student} wants {where} “{self.thing}” and {self.way}"

    @property
    def is_by_bank(self) -> bool:
        """Whether a bank is asked, which answers days later."""
        return self.way in ACCOUNTS

    @property
    def rivalry(self) -> tuple[str, ...]:
        """What only one purchase can have: a time of a tutor, or a student's seat in a course."""
        return (self.thing, str(self.day), str(self.hour)) if self.kind == SESSION else (self.thing, self.student)

    def begin(self, world: World) -> str:
        """Ask for it; returns the sagaId."""
        if self.kind == COURSE:
            saga_id = world.learning.announce(self.student, self.thing)
            world.sagas.add(saga_id)
            return saga_id
        at = datetime.fromisoformat(tomorrow(world, self.hour)) + timedelta(days=self.day)
        return world.student(self.student).book(self.thing, at.isoformat(), 60, key="one click")

    def go_on(self, world: World, saga_id: str) -> str:
        """Pay or cancel once it is known whether one can; an AssertionError says that it is not known yet."""
        student = world.student(self.student)
        saga = student.saga(saga_id)
        if not (saga["outcome"] or saga["payment"]):
            raise AssertionError(f"{saga_id} is undecided")
        secret = str((saga["payment"] or {}).get("clientSecret", ""))
        for card in WAYS.get(self.way, ()) if secret else ():
            _insist(partial(student.pay_with_secret, secret, card))
        if self.is_by_bank and secret:
            _insist(partial(student.pay_from_account, secret, ACCOUNTS[self.way]))
        if self.way == FORGES:
            _forge_news(world, saga_id)
        if self.way.endswith("cancels"):
            _insist(partial(student.cancel, saga_id))
        return saga_id

    def right_endings(self, *, has_rival: bool, is_paid: bool) -> set[str]:
        """Return how it may end: neither too much is sold nor too little."""
        if self.thing == "draft":
            return {"REJECTED"}
        if not is_paid:
            return {"EXPIRED", "CANCELLED"} | ({"REJECTED"} if has_rival else set())
        back = {"REFUNDED"} | ({"PARKED"} if self.way in MAY_WAIT_FOR_A_PERSON else set())
        if self.thing == "fickle":
            return back
        is_slot_gone = self.is_by_bank and self.kind == SESSION  # No tutor waits for days.
        return {"COMPLETED"} | (back if has_rival or is_slot_gone else set())


def draw_purchase(randomness: Random, student: str) -> Purchase:
    """Draw what a student wants; most pay."""
    (thing,) = randomness.choices(list(THINGS), list(THINGS.values()))
    (way,) = randomness.choices(list(WAYS), [8] + [2] * (len(WAYS) - 1))
    kind = randomness.choice([COURSE, SESSION])
    return Purchase(student, kind, thing, randomness.randrange(DAYS), randomness.randrange(*HOURS), way)


def by_turns(acts: Sequence[Callable[[], str]]) -> list[str]:
    """Do one after the other; who is refused gives up, and the answer is empty."""
    return [_try(act) for act in acts]


def _try(act: Callable[[], str]) -> str:
    with suppress(AssertionError, Refused, requests.RequestException):
        return act()
    return ""


def _insist(act: Callable[[], object], times: int = 3) -> None:
    """Try again what failed for no reason of one's own, as a person would."""
    for _ in range(times):
        try:
            act()
        except NotOffered:
            return
        except Refused as refused:
            if refused.status not in WORTH_ANOTHER_TRY:
                return
        except requests.RequestException:
            pass
        else:
            return


def _forge_news(world: World, saga_id: str) -> None:
    """Say, as anybody can who knows the address, that it is paid."""
    for intent in world.stripe.intents(saga_id):
        paid = intent | {"status": "succeeded", "amount_received": intent["amount"]}
        event = {"id": f"evt_{saga_id}", "object": "event", "type": PAID, "data": {"object": paid}}
        with suppress(Refused, requests.RequestException):
            world.stranger("forger").send_webhook(json.dumps(event), **{"Content-Type": "application/json"})
