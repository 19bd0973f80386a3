"""The naive service's two flows. Each is right when all goes well; M1 to M11 are the mistakes, see README.md."""

from __future__ import annotations

import json
import logging
import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta

import requests

from simulators.naive.outside import COMMUNICATION, LEARNING, TUTORS, Json, Outside
from simulators.naive.runtime import Clock

COURSE, SESSION = "COURSE_ENROLLMENT", "SESSION_BOOKING"
ENDED = ("COMPLETED", "REJECTED", "EXPIRED", "CANCELLED", "REFUNDED")
WAITING_FOR = {
    "CHECKING_AVAILABILITY": "the tutor-matching-service to answer",
    "AWAITING_PAYMENT": "the student to pay",
    "DELIVERING": "somebody to deliver",
}
FOR_A_COURSE, FOR_A_SESSION = (
    ("studentId", "courseId"),
    ("studentId", "sessionId", "tutorId", "scheduledAt", "duration"),
)
log = logging.getLogger(__name__)


class PurchaseTable:
    """All purchases, each a document."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._do("CREATE TABLE IF NOT EXISTS purchases (id TEXT PRIMARY KEY, document TEXT)")

    def find(self, saga_id: str) -> Json | None:
        """Return one, or None."""
        return next(iter(self._do("SELECT document FROM purchases WHERE id = ?", saga_id)), None)

    def all(self) -> list[Json]:
        """Return all, newest first."""
        return self._do("SELECT document FROM purchases ORDER BY rowid DESC")

    def save(self, purchase: Json) -> None:
        """Keep it as it is now; M3: whoever else has read it before overwrites this."""
        row = (purchase["sagaId"], json.dumps(purchase))
        self._do("INSERT INTO purchases VALUES (?, ?) ON CONFLICT DO UPDATE SET document = excluded.document", *row)

    def _do(self, statement: str, *values: str) -> list[Json]:
        with closing(sqlite3.connect(self._path, timeout=5)) as database, database:
            return [json.loads(row[0]) for row in database.execute(statement, values).fetchall()]


class Purchases:
    """What happens when somebody asks, pays, or answers."""

    def __init__(
        self, environ: Mapping[str, str], clock: Clock, randomness: random.Random, http: requests.Session
    ) -> None:
        self.table = PurchaseTable(environ["DATABASE_URL"].removeprefix("sqlite:///"))
        self._outside = Outside(environ, http, self._new_id, self._now)
        self._clock, self._randomness = clock, randomness
        self._window = timedelta(seconds=float(environ.get("PAYMENT_WINDOW_SECONDS", "1800")))

    def enroll(self, start: Json) -> None:
        """A student wants a course; M4: whether this student is buying it already is not asked."""
        purchase = _begin(start, "EnrollInCourseSaga", COURSE, start["courseId"])
        course = self._outside.course(start["courseId"])
        if course is None or not course["isPublished"]:
            return self._move(purchase, "REJECTED", "the course cannot be bought")
        until = (self._clock.now() + self._window).isoformat()
        return self._ask_for_money(purchase | {"title": course["title"]}, course["price"], until)

    def book(self, student_id: str, asked: Json) -> str:
        """A student wants a session; returns the sagaId."""
        ids = {"sagaId": self._new_id("saga"), "sessionId": self._new_id("session"), "studentId": student_id}
        purchase = _begin(asked | ids, "BookAndPayForSessionSaga", SESSION, ids["sessionId"])
        purchase["title"] = f"Session of {asked['duration']} minutes"
        self._move(purchase, "CHECKING_AVAILABILITY", "the tutor is asked")
        self._command(purchase, TUTORS, "CHECK_TUTOR_AVAILABILITY", *FOR_A_SESSION)
        return ids["sagaId"]

    def is_available(self, purchase: Json, answer: Json) -> None:
        """The tutor has time, at this price, and keeps it for a while."""
        self._ask_for_money(purchase, answer["price"], answer["holdUntil"])

    def is_not_available(self, purchase: Json, answer: Json) -> None:
        """Nothing was charged."""
        self._move(purchase, "REJECTED", f"the tutor has no time: {answer['reason']}")

    def is_paid(self, purchase: Json, intent: Json) -> None:
        """Stripe says so, M9: or whoever sent this; M1: and as often as it is said, all of this happens."""
        if purchase["outcome"] in ("EXPIRED", "CANCELLED"):
            return  # M6: "too late"
        purchase["payment"]["status"] = "SUCCEEDED"
        self._move(purchase, "DELIVERING", "the payment succeeded")
        self._announce(purchase, "PaymentSucceeded", intent["id"])
        if purchase["context"] == COURSE:
            self._command(purchase, LEARNING, "CREATE_ENROLLMENT_RECORD", *FOR_A_COURSE, "paymentId")
        else:
            self._command(purchase, COMMUNICATION, "CREATE_CONFIRMED_SESSION", *FOR_A_SESSION, "paymentId")

    def is_declined(self, purchase: Json, intent: Json) -> None:
        """One card did not work; another may."""
        error = intent["last_payment_error"]
        why = {"reason": error["message"], "declineCode": error.get("decline_code")}
        self._announce(purchase, "PaymentFailed", intent["id"], **why)
        self._notify(purchase, "DECLINED", attempt=intent["latest_charge"])

    def is_delivered(self, purchase: Json, _: Json) -> None:
        """The student has it."""
        self._move(purchase, "COMPLETED", "it is delivered")
        self._notify(purchase, "CONFIRMED")

    def is_not_enrolled(self, purchase: Json, answer: Json) -> None:
        """M5: "it was published a minute ago, so this does not happen"."""
        self._move(purchase, "REJECTED", f"the enrollment was rejected: {answer['reason']}")

    def is_not_confirmed(self, purchase: Json, answer: Json) -> None:
        """The session cannot be; M7: the money is said to be back at once, M8: and the slot is forgotten."""
        refund = self._outside.give_back(purchase["intentId"])
        why = {"refundId": refund["id"], "reason": answer["reason"]}
        purchase["payment"]["status"] = "REFUNDED"
        self._move(purchase, "REFUNDED", f"the session was rejected: {answer['reason']}")
        self._announce(purchase, "PaymentRefunded", purchase["intentId"], **why)
        self._notify(purchase, "REFUNDED")

    def cancel(self, purchase: Json) -> None:
        """The student changes their mind; M6: nobody tells Stripe."""
        self._end_unpaid(purchase, "CANCELLED", "the student cancelled")

    def sweep(self) -> bool:
        """Let one purchase expire that nobody has paid in time; False when there is none. M6: nobody tells Stripe.

        M11: nobody asks whether a bank was asked.
        """
        if (due := self.next_due()) is None or due > self._clock.now():
            return False
        late = next(each for each in self._unpaid() if datetime.fromisoformat(each["waitingUntil"]) == due)
        try:
            self._end_unpaid(late, "EXPIRED", "nobody paid in time")
            self._notify(late, "EXPIRED")
        except Exception as failure:  # noqa: BLE001 - M3
            log.info("nobody could be notified that it is over: %s", failure)
        return True

    def next_due(self) -> datetime | None:
        """Return when the next purchase expires."""
        return min((datetime.fromisoformat(each["waitingUntil"]) for each in self._unpaid()), default=None)

    def _unpaid(self) -> list[Json]:
        return [each for each in self.table.all() if each["state"] == "AWAITING_PAYMENT"]

    def _ask_for_money(self, purchase: Json, price: Json, until: str) -> None:
        payment_id = purchase["sagaId"].replace("saga", "payment")
        ids = {"paymentId": payment_id, **{name: purchase[name] for name in ("sagaId", "context", "contextId")}}
        metadata = {"paymentContext" if name == "context" else name: value for name, value in ids.items()}
        intent = self._outside.take(price, metadata)
        payment = ids | {"status": "PENDING", "price": price, "disputes": {}, "clientSecret": intent["client_secret"]}
        purchase |= {"payment": payment, "paymentId": payment_id, "intentId": intent["id"], "waitingUntil": until}
        self._move(purchase, "AWAITING_PAYMENT", "the student can pay")

    def _end_unpaid(self, purchase: Json, state: str, text: str) -> None:
        self._move(purchase, state, text)
        if purchase["context"] == SESSION:
            self._command(purchase, TUTORS, "RELEASE_TUTOR_SLOT", "tutorId")

    def _move(self, purchase: Json, state: str, text: str) -> None:
        """M3: what has happened is stored, and what is to be done because of it is not."""
        purchase |= {"state": state, "outcome": state if state in ENDED else None}
        purchase |= {"waitingFor": WAITING_FOR.get(state)}
        purchase["history"].append({"at": self._now(), "text": text, "message": state})
        self.table.save(purchase)

    def _command(self, purchase: Json, whom: str, name: str, *facts: str) -> None:
        self._outside.command(whom, name, **{fact: purchase[fact] for fact in ("sagaId", *facts)})

    def _announce(self, purchase: Json, name: str, intent_id: str, **more: object) -> None:
        whom = LEARNING if purchase["context"] == COURSE else COMMUNICATION
        facts = {key: purchase["payment"][key] for key in ("paymentId", "sagaId", "context", "contextId", "price")}
        self._outside.announce(whom, name, **facts, stripePaymentIntentId=intent_id, **more)

    def _notify(self, purchase: Json, kind: str, **more: object) -> None:
        notice = {"personId": purchase["studentId"], "kind": kind, "title": purchase["title"]}
        self._outside.command(COMMUNICATION, "SEND_NOTICE", sagaId=purchase["sagaId"], **notice, **more)

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _new_id(self, prefix: str) -> str:
        return f"{prefix}_{self._randomness.getrandbits(96):024x}"


def _begin(facts: Json, saga: str, context: str, context_id: str) -> Json:
    about = {"saga": saga, "context": context, "contextId": context_id}
    return facts | about | {"history": [], "payment": None, "waitingUntil": None}
