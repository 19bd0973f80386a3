"""The student's app: enrolls and books, pays with a client secret as Stripe's own script does, and looks."""

from collections.abc import Callable

from simulators.clients.http_client import Refused
from simulators.clients.learning import LearningClient
from simulators.clients.payments import PaymentsClient, require_saga
from simulators.clients.stripe import StripeClient
from simulators.kit.json_types import Json

Check = Callable[[], str | None]
GOOD_CARD = "pm_card_visa"
GOOD_ACCOUNT, EMPTY_ACCOUNT = "pm_success_at", "pm_insufficientFunds_at"  # Their bank answers after days.
BANK_DEBITS = {"sepa_debit", "us_bank_account"}


class NotOffered(Exception):  # noqa: N818 - reads as what happened
    """The payment-service offers no payments of this kind, which it need not."""


class Student:
    """A student at the app; `eventually` is how the app waits, `on_begin` hears of each purchase that begins."""

    def __init__(
        self,
        name: str,
        learning: LearningClient,
        payments: PaymentsClient,
        stripe: StripeClient,
        *,
        eventually: Callable[[Check], str],
        on_begin: Callable[[str], object],
    ) -> None:
        self.name, self._learning, self._payments, self._stripe = name, learning, payments, stripe
        self._eventually, self._on_begin = eventually, on_begin

    def enroll(self, course_id: str) -> str:
        """Ask for a seat; returns the sagaId under which everything else happens."""
        return self._begin(self._learning.enroll(course_id))

    def book(self, tutor_id: str, at: str, minutes: int, key: str | None = None) -> str:
        """Ask for a session, by an idempotency key if there is one; returns the sagaId."""
        return self._begin(self._payments.book(tutor_id, at, minutes, key))

    def cancel(self, saga_id: str) -> None:
        """Change one's mind; Refused if it is too late, or somebody else's."""
        self._payments.cancel(saga_id)

    def saga(self, saga_id: str) -> Json:
        """Return the saga as its student sees it, client secret and all; Refused if it is somebody else's.

        An AssertionError names what an answer lacks that is no saga.
        """
        return require_saga(self._payments.saga(saga_id), saga_id)

    def sagas(self, limit: int) -> list[Json]:
        """Return the newest purchases, so many at most."""
        return self._payments.saga_page(limit)[0]

    def payments(self) -> list[Json]:
        """Return what one has paid, or is to pay; the newest first."""
        return list(self._payments.payments())

    def client_secret(self, saga_id: str) -> str:
        """Wait for the payment to be asked for; its client secret is the student's key to it."""
        return self._eventually(lambda: (self.saga(saga_id)["payment"] or {}).get("clientSecret"))

    def intent(self, client_secret: str) -> Json:
        """Return the payment as Stripe shows it to whoever has the client secret."""
        return self._stripe.intent(client_secret)

    def pay(self, saga_id: str, card: str = GOOD_CARD) -> Json:
        """Confirm the payment with this test card; a decline raises Refused with Stripe's error."""
        return self.pay_with_secret(self.client_secret(saga_id), card)

    def pay_with_secret(self, client_secret: str, card: str = GOOD_CARD, return_url: str | None = None) -> Json:
        """Pay by a client secret that was handed out earlier, whatever has become of its saga."""
        return self._stripe.confirm(client_secret, card, return_url)

    def pay_from_account(self, client_secret: str, account: str) -> Json:
        """Let the bank be asked; NotOffered when the payment is asked for by other methods only."""
        if not BANK_DEBITS & set(self.intent(client_secret)["payment_method_types"]):
            raise NotOffered("its payments cannot be made from a bank account")
        return self.pay_with_secret(client_secret, account)

    def try_card(self, saga_id: str, card: str) -> str | None:
        """Pay with a card that may be declined; returns the decline code, or None when it was taken."""
        return self.try_card_with_secret(self.client_secret(saga_id), card)

    def try_card_with_secret(self, client_secret: str, card: str) -> str | None:
        """Do the same by a client secret that was handed out earlier: later a service need not show it any more."""
        try:
            self.pay_with_secret(client_secret, card)
        except Refused as refused:
            error = refused.answer["error"]
            return str(error.get("decline_code") or error["code"])
        return None

    def _begin(self, saga_id: str) -> str:
        self._on_begin(saga_id)
        return saga_id
