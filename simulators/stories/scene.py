"""The scene of a story: a world with what is bought in it, its student, and what both do, told as it is done."""

from __future__ import annotations

from datetime import timedelta

from simulators.clients.student_app import GOOD_ACCOUNT, GOOD_CARD, Student
from simulators.stories.telling import Tell
from simulators.stories.thing import Thing
from simulators.world.world import World


class Scene:
    """One playing of a story; the second in the same world has another student and another day, and so on."""

    def __init__(self, world: World, thing: Thing, student: str, number: int, tell: Tell) -> None:
        self.world, self.thing, self._tell = world, thing, tell
        self.student: Student = world.student(student + (str(number) if number > 1 else ""))
        self.slot = tomorrow(world, days=number)
        self.saga_id = ""
        self._secret = ""

    def says(self, line: str) -> None:
        """Tell what happens off the wire; `{student}` is the name."""
        self._tell(line.format(student=self.student.name), "aside")

    def asks(self) -> None:
        """Let the student ask for the thing, and wait until it can be paid."""
        self.begins()
        self.can_pay()

    def begins(self) -> None:
        """Let the student ask for the thing."""
        thing = self.thing
        self.says("{student} " + thing.opening)
        if thing.is_session:
            self._hire()
            self.saga_id = self.student.book(thing.id, self.slot, thing.minutes)
        else:
            self._offer()
            self.saga_id = self.student.enroll(thing.id)

    def can_pay(self) -> None:
        """Wait for the client secret; who has it can pay, whatever becomes of the saga."""
        self._secret = self.student.client_secret(self.saga_id)

    def pays(self, card: str = GOOD_CARD) -> None:
        """Confirm the payment, as the app does with the client secret that it has."""
        self.student.pay_with_secret(self._secret, card)

    def pays_from_account(self) -> None:
        """Let the bank be asked, which answers after days; NotOffered when the service takes no bank debits."""
        self.student.pay_from_account(self._secret, GOOD_ACCOUNT)

    def passes(self, span: timedelta, line: str) -> None:
        """Let time pass, and everything happen that falls due in it."""
        self.says(line)
        self.world.pass_time(span)

    def rests(self) -> None:
        """Heal everything, and let everybody come to an end with what is due."""
        self.world.recover()
        self.world.settle()

    def _offer(self) -> None:
        thing, learning = self.thing, self.world.learning
        course = learning.find_course(thing.id)
        if course is None:
            learning.create_course(thing.id, title=thing.title, amount=thing.amount)
        elif not course["isPublished"]:
            learning.publish(thing.id)

    def _hire(self) -> None:
        thing, tutors = self.thing, self.world.tutors
        if thing.id not in {each["tutorId"] for each in tutors.tutors()}:
            tutors.hire(thing.id, amount=thing.amount)


def tomorrow(world: World, hour: int = 10, days: int = 1) -> str:
    """Return that hour of tomorrow, or of a later day, in UTC."""
    day = world.clock.now() + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()
