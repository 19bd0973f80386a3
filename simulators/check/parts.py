"""The parts of a check: what is put to a service, where pytest finds it, and for which services it can be done."""

from dataclasses import dataclass
from pathlib import Path

from simulators.check.subject import Subject

SUITE = Path(__file__).parent / "suite"


@dataclass(frozen=True)
class CheckPart:
    """One part; what it needs says to which services it cannot be put: those with a past, or on the machine's time."""

    name: str
    description: str
    needs_new_service: bool = False
    needs_moved_time: bool = False

    @property
    def file(self) -> Path:
        """Where its cases are."""
        return SUITE / f"test_{self.name}.py"

    def obstacle(self, subject: Subject) -> str:
        """Say why it cannot be put to this service at all; empty when it can."""
        if self.needs_new_service and subject.url:
            return "each case needs a new service, and this one runs already: name its --command"
        if self.needs_moved_time and subject.way and not subject.way.is_moved:
            return "it has to be killed and to wait for minutes each time, and its time cannot be moved"
        return ""


PARTS = {
    part.name: part
    for part in (
        CheckPart("stories", "guided stories of purchases and of what goes wrong"),
        CheckPart("scenarios", "the scenarios of features/", needs_new_service=True),
        CheckPart("contracts", "what others need of it, by their contracts", needs_new_service=True),
        CheckPart("storms", "many purchases while all sorts of things go wrong", needs_new_service=True),
        CheckPart(
            "crashes",
            "kill -9 at each call and after each answered delivery of a purchase",
            needs_new_service=True,
            needs_moved_time=True,
        ),
    )
}
