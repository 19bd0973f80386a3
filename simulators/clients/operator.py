"""The person in charge at the payment-service: sees everything, and deals with what no program can repair."""

from collections.abc import Iterator

from simulators.clients.payments import PaymentsClient, saga_path
from simulators.kit.json_types import Json

DEAD_LETTERS = "/dead-letters"


class Operator(PaymentsClient):
    """The payment-service as its operator sees it; each act takes the reason why, which is recorded."""

    def resume(self, saga_id: str, why: str) -> None:
        """Let a parked saga go on; Refused if it is not parked."""
        self.client.post(f"{saga_path(saga_id)}/resume", {"why": why})

    def dead_letters(self) -> Iterator[Json]:
        """Yield the messages that nobody could use and that wait for a person, newest first, page by page."""
        return self.client.items(DEAD_LETTERS)

    def retry_dead_letter(self, number: int, why: str) -> None:
        """Let the message be handled once more."""
        self.client.post(f"{DEAD_LETTERS}/{number}/retry", {"why": why})

    def resolve_dead_letter(self, number: int, why: str) -> None:
        """Record that the message was dealt with in another way."""
        self.client.post(f"{DEAD_LETTERS}/{number}/resolve", {"why": why})
