"""Every message that travels between two services: an example, and which values would do as well."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, TUTORS
from tests.contracts.expectations import SAGA, Json, envelope, instant, money, one_of, plain, text, whole


@dataclass(frozen=True)
class MessageExample:
    """A message as its receiver needs it; `needs` is a field without which it is refused."""

    name: str
    data: Json
    needs: str = ""
    variant: str = ""
    besides: Json = field(default_factory=dict)  # Sent as well, although the receiver can do without.
    known: Json = field(default_factory=dict)  # What the sender decided before, and says again.
    sender: str = PAYMENT
    receiver: str = PAYMENT

    @property
    def description(self) -> str:
        return " ".join(filter(None, (self.name, self.variant)))

    @property
    def address(self) -> dict[str, str]:
        """By what its receiver knows it again."""
        sent = plain(self.sent())
        return {"source": sent["source"], "id": sent["id"]}

    @property
    def door(self) -> str:
        return door(self.name)

    def needed(self) -> Json:
        return envelope(self.name, self.sender, **self.data)

    def sent(self) -> Json:
        return envelope(self.name, self.sender, **self.data, **self.besides)

    def example(self) -> Json:
        """What the sender says, without matchers."""
        data: Json = plain({"sagaId": SAGA, **self.data, **self.besides})
        return data

    def broken(self) -> MessageExample:
        return replace(self, data={name: value for name, value in self.data.items() if name != self.needs})


def door(name: str) -> str:
    return "/commands" if name.isupper() else "/events"


def message_example(receiver: str, description: str) -> MessageExample:
    """Return what the receiver hears under this description, from whomever."""
    [found] = [each for each in MESSAGES if (each.receiver, each.description) == (receiver, description)]
    return found


def between(sender: str, receiver: str) -> list[MessageExample]:
    """Return what the one says to the other."""
    return [each for each in MESSAGES if (each.sender, each.receiver) == (sender, receiver)]


STUDENT, COURSE, TUTOR = {"studentId": text("ada")}, {"courseId": text("algebra")}, {"tutorId": text("grace")}
SESSION, PAID = {"sessionId": text("session-1")}, {"paymentId": text("pay-1")}
SLOT = TUTOR | {"scheduledAt": instant("2026-09-02T10:00:00.000Z"), "duration": whole(60)}
BOOKING = STUDENT | SESSION | SLOT
PRICE = {"price": money(4900, "EUR")}
NOTICE = {"personId": text("ada"), "title": text("Algebra")}
DECLINED = {"kind": "DECLINED", "attempt": text("ch-1")}
FINAL = ("CONFIRMED", "EXPIRED", "REFUNDED", "NEEDS_ATTENTION")


def _reason(example: str) -> Json:
    return {"reason": text(example)}


def _exactly(known: dict[str, str]) -> Json:
    return {name: one_of(value) for name, value in known.items()}


def _payments(context: str, context_id: Any) -> list[MessageExample]:
    about = {"context": context, "contextId": context_id, "stripePaymentIntentId": text("pi-1")}
    payment, attempt = PAID | about | PRICE, {"attempt": text("ch-1")}
    declined = payment | _reason("expired_card")
    refund = {"refundId": text("refund-1")} | _reason("requested_by_customer")
    return [
        MessageExample("PaymentSucceeded", payment, "paymentId"),
        MessageExample("PaymentFailed", declined | {"declineCode": text("expired_card")}, "reason", besides=attempt),
        MessageExample("PaymentFailed", declined, "reason", "without a declineCode", besides=attempt),
        MessageExample("PaymentRefunded", payment | refund, "refundId"),
    ]


_TO_LEARNING = [
    MessageExample("CREATE_ENROLLMENT_RECORD", STUDENT | COURSE | PAID, "studentId"),
    *_payments("COURSE_ENROLLMENT", text("algebra")),
]
_TO_TUTORS = [
    MessageExample("CHECK_TUTOR_AVAILABILITY", BOOKING, "tutorId"),
    MessageExample("RELEASE_TUTOR_SLOT", TUTOR, "tutorId"),
]
_TO_COMMUNICATION = [
    MessageExample("CREATE_CONFIRMED_SESSION", BOOKING | PAID, "sessionId"),
    MessageExample("SEND_NOTICE", NOTICE | {"kind": one_of(*FINAL)}, "personId"),
    MessageExample(
        "SEND_NOTICE", NOTICE | {"kind": "DECLINED", "attempt": text("ch-1")}, "attempt", "of a declined attempt"
    ),
    *_payments("SESSION_BOOKING", text("session-1")),
]
_OF_LEARNING = [
    MessageExample("EnrollInCourseInitiated", STUDENT | COURSE, "courseId"),
    MessageExample("EnrollmentConfirmed", {"enrollmentId": text("enrollment-1")} | STUDENT | COURSE, "enrollmentId"),
    MessageExample("EnrollmentRejected", _reason("COURSE_FULL"), "reason"),
]
_OF_TUTORS = [
    MessageExample("AvailabilityConfirmed", PRICE | {"holdUntil": instant("2026-09-01T09:15:00.000Z")}, "holdUntil"),
    MessageExample("AvailabilityRejected", _reason("SLOT_TAKEN"), "reason"),
    MessageExample("TutorSlotReleased", TUTOR, "tutorId"),
]
_OF_COMMUNICATION = [
    MessageExample("SessionConfirmed", SESSION | {"meetingLink": text("https://meet.example/1")}, "meetingLink"),
    MessageExample("SessionRejected", _reason("SLOT_TAKEN"), "reason"),
    MessageExample("NoticeSent", {}, besides={"personId": "ada", "kind": "CONFIRMED", "noticeId": "notice-1"}),
]
AGAIN = "of a command that is repeated"
ENROLLED = {"enrollmentId": "enrollment-1"}
MEETING = {"meetingLink": "https://meet.example/1"}
HELD = {"holdUntil": "2026-09-01T09:10:00.000Z"}
FULL, NO_ROOM = {"reason": "COURSE_FULL"}, {"reason": "NO_ROOM"}
_AGAIN = {
    LEARNING: [
        MessageExample("EnrollmentConfirmed", STUDENT | COURSE | _exactly(ENROLLED), variant=AGAIN, known=ENROLLED),
        MessageExample("EnrollmentRejected", _exactly(FULL), variant=AGAIN, known=FULL),
    ],
    TUTORS: [
        MessageExample("AvailabilityConfirmed", PRICE | _exactly(HELD), variant=AGAIN, known=HELD),
        MessageExample("TutorSlotReleased", TUTOR, variant=AGAIN, known={"tutorId": "grace"}),
    ],
    COMMUNICATION: [
        MessageExample("SessionConfirmed", SESSION | _exactly(MEETING), variant=AGAIN, known=MEETING),
        MessageExample("SessionRejected", _exactly(NO_ROOM), variant=AGAIN, known=NO_ROOM),
    ],
}
_TO = {LEARNING: _TO_LEARNING, TUTORS: _TO_TUTORS, COMMUNICATION: _TO_COMMUNICATION}
_OF = {LEARNING: _OF_LEARNING, TUTORS: _OF_TUTORS, COMMUNICATION: _OF_COMMUNICATION}
TO_NEIGHBOURS = [replace(each, receiver=name) for name, messages in _TO.items() for each in messages]
OF_NEIGHBOURS = [replace(each, sender=name) for name, messages in _OF.items() for each in messages]
REPEATED = [replace(each, sender=name) for name, messages in _AGAIN.items() for each in messages]
MESSAGES = TO_NEIGHBOURS + OF_NEIGHBOURS + REPEATED
