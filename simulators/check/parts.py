"""The parts of a check: what is put to a service, where pytest finds it, and for which services it can be done."""

from dataclasses import dataclass
from pathlib import Path

from simulators.check.subject import Subject

SUITE = Path(__file__).parent / "suite"


@dataclass(frozen=True)
class CheckPart:
    """One part; `needs_new_service` says that it cannot be put to a service that has a past."""

    name: str
    description: str
    needs_new_service: bool = False

    @property
    def file(self) -> Path:
        """Where its cases are."""
        return SUITE / f"test_{self.name}.py"

    def obstacle(self, subject: Subject) -> str:
        """Say why it cannot be put to this service at all; empty when it can."""
        if self.needs_new_service and subject.url:
            return "each case needs a new service, and this one runs already: name its --command"
        return ""


PARTS = {
    part.name: part
    for part in (
        CheckPart("stories", "guided stories of purchases and of what goes wrong"),
        CheckPart("scenarios", "the scenarios of features/", needs_new_service=True),
        CheckPart("storms", "many purchases while all sorts of things go wrong", needs_new_service=True),
    )
}
