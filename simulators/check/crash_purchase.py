"""One purchase in which the service dies: its student insists, it is started again, and nothing may be lost."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import requests

from simulators.check.crash_points import BOOKING, CrashPoint, CrashWatch, Moment
from simulators.clients.http_client import Refused
from simulators.clients.student_app import Student
from simulators.judge.gathering import gather
from simulators.judge.verdict import broken_promises, judge
from simulators.kit.json_types import Json
from simulators.stories import tomorrow
from simulators.world.topology import PAYMENT
from simulators.world.waiting import wait_for
from simulators.world.world import World

OUTCOMES = {"bought": "COMPLETED", "rejected": "REFUNDED", "expired": "EXPIRED"}
COURSE, TUTOR = "algebra", "grace"
A_WHILE, WINDOW = timedelta(seconds=30), timedelta(minutes=31)
HOURS = 6  # At which the tutor can be had each day.
PAUSES = (A_WHILE, timedelta(minutes=5), timedelta(minutes=30))  # Before somebody is blamed for what is not done yet.
LOOKS = 20  # Each after a while: for leases, retries and patience after a crash.
KNOWN_SECONDS = 20  # What was stored is known so soon; whoever looks at Stripe regularly does so less often.
UNPAID = (None, "PENDING", "PROCESSING", "CANCELED")


@dataclass(frozen=True)
class CrashFlow:
    """A purchase of a course or a session, and how it ends."""

    thing: str
    ending: str

    @property
    def id(self) -> str:
        """Its word: course-rejected."""
        return f"{self.thing}-{self.ending}"


FLOWS = [CrashFlow(thing, ending) for thing in ("course", "session") for ending in OUTCOMES]


def _has_news_of_money(saga: Json) -> bool:
    return (saga["payment"] or {}).get("status") not in UNPAID


def _is_completed(saga: Json) -> bool:
    return bool(saga["outcome"] == "COMPLETED")


def _goes_back(saga: Json) -> bool:
    return (saga["payment"] or {}).get("status") in ("REFUND_PENDING", "REFUNDED", "REFUND_FAILED")


# What the saga shows of a delivery that was answered, once the service is there again and before any time moves.
SHOWS: dict[str, Callable[[Json], bool]] = {
    BOOKING: bool,
    "EnrollInCourseInitiated": bool,
    "AvailabilityConfirmed": lambda saga: bool(saga["payment"] or saga["outcome"]),
    "payment_intent.succeeded": _has_news_of_money,
    "EnrollmentConfirmed": _is_completed,
    "SessionConfirmed": _is_completed,
    "EnrollmentRejected": _goes_back,
    "SessionRejected": _goes_back,
}


class CrashPurchase:
    """One purchase, whose student insists whenever the service has just died."""

    def __init__(self, world: World, watch: CrashWatch, flow: CrashFlow, number: int) -> None:
        self._world, self._watch, self._flow = world, watch, flow
        self._student: Student = world.student(f"{flow.id}-{number}")
        self._at = tomorrow(world, 8 + number % HOURS, 1 + number // HOURS)
        self._saga_id, self._start, self._has_died = "", len(world.recorder), False
        self.passed: list[CrashPoint] = []

    def play(self) -> None:
        """Buy it, come through, and be judged."""
        self._world.learning.publish(COURSE)
        self._saga_id = self._begin()
        secret = self._comes_to(self._client_secret, "come to be paid")
        if self._flow.ending == "rejected":
            self._take_away()
        if self._flow.ending == "expired":
            self._world.pass_time(WINDOW)
        else:
            self._student.pay_with_secret(secret)
        self._comes_to(self._outcome, "ended")
        while self._rides_out() or self._catches_up():
            pass
        self.passed = list(self._watch.passed)
        self._be_judged()

    def _begin(self) -> str:
        if self._flow.thing == "course":
            return self._student.enroll(COURSE)
        while True:
            try:
                saga_id = self._student.book(TUTOR, self._at, 60, key="one click")
            except requests.ConnectionError:
                self._rides_out()
            else:
                self._saga_id = saga_id
                self._watch.note_booking()
                return saga_id

    def _take_away(self) -> None:
        if self._flow.thing == "course":
            self._world.learning.unpublish(COURSE)
        else:
            self._world.communication.book_otherwise(TUTOR, self._at, 60)

    def _comes_to(self, look: Callable[[], str], what: str) -> str:
        """Wait until there is something to be seen, again after a while; an AssertionError says it never was."""
        for _ in range(LOOKS):
            self._rides_out()
            if found := look():
                return found
            self._world.pass_time(A_WHILE)
        self._rides_out()
        saga = self._saga()
        how = f"is {saga['state']}, and waits for {saga['waitingFor']}" if saga else "is not known"
        raise AssertionError(f"{LOOKS * A_WHILE} later it still has not {what}: the saga {how}")

    def _rides_out(self) -> bool:
        """Let all be done that can be, and start the service again whenever it has died; return whether it had."""
        has_died = False
        self._world.settle()
        while not self._world.is_up(PAYMENT):
            has_died = self._has_died = True
            self._world.bring_back(PAYMENT)
            self._must_know()
            self._world.settle()
        return has_died

    def _catches_up(self) -> bool:
        """Let leases and retries run out that crashes have left; return whether the service died of that once more."""
        if self._has_died:
            self._world.pass_time(2 * A_WHILE)
        return not self._world.is_up(PAYMENT)

    def _must_know(self) -> None:
        """Before time moves: what the service answered just before it died is known, or it was answered too early."""
        point = self._watch.struck[-1] if self._watch.struck else None
        if point is None or point.moment is not Moment.ANSWERED or not (shows := SHOWS.get(point.what)):
            return

        def is_shown_or_down() -> bool:
            """Nobody tells what it knows while it is down: the next crash may have come already."""
            saga = self._saga()
            return (saga is not None and shows(saga)) or not self._world.is_up(PAYMENT)

        if self._saga_id and not wait_for(is_shown_or_down, KNOWN_SECONDS):
            raise AssertionError(
                f"{point.what} was answered, and after kill -9 it is not known: answered before it was stored"
            )

    def _client_secret(self) -> str:
        try:
            saga = self._student.saga(self._saga_id)
        except (Refused, requests.RequestException):
            return ""
        return str((saga["payment"] or {}).get("clientSecret") or "")

    def _outcome(self) -> str:
        return str((self._saga() or {}).get("outcome") or "")

    def _saga(self) -> Json | None:
        """Return the saga as its operator sees it; None while the service does not tell."""
        try:
            return self._world.payment.find_saga(self._saga_id)
        except (Refused, requests.RequestException):
            return None

    @property
    def said(self) -> set[tuple[str, str]]:
        """The messages that the service has told to others, each by its receiver and its name."""
        own = [each for each in list(self._world.recorder)[self._start :] if each.saga_id == self._saga_id]
        return {
            (each.callee, each.message) for each in own if each.caller == PAYMENT and each.message and each.is_accepted
        }

    def _be_judged(self) -> None:
        """Be judged, and again after a while: whoever looks for what a crash has left now and then is right, too."""
        for pause in PAUSES:
            with suppress(AssertionError):
                self._must_be_right()
                return
            self._world.pass_time(pause)
        self._must_be_right()

    def _must_be_right(self) -> None:
        world = self._world
        exchanges = list(world.recorder)[self._start :]
        look = partial(gather, world, self._saga_id, exchanges)
        if broken := broken_promises(judge(world, self._saga_id, look=look)):
            raise AssertionError("\n".join(map(str, broken)))
        if (outcome := self._outcome()) != OUTCOMES[self._flow.ending]:
            raise AssertionError(f"must end {OUTCOMES[self._flow.ending]}, but is {outcome or 'open'}")
        nothing_is_put_aside(world, self._saga_id)


def nothing_is_put_aside(world: World, saga_id: str) -> None:
    """Raise an AssertionError when the service takes a message about this purchase for one that nobody can use."""
    try:
        letters = [each for each in world.payment.dead_letters() if each.get("sagaId") == saga_id]
    except Refused:  # it has none: that is another contract's business
        return
    if letters:
        names = ", ".join(sorted({each["name"] for each in letters}))
        raise AssertionError(f"put aside for a person as of no use, though it is news of this purchase: {names}")
