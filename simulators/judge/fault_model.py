"""What can go wrong, by number: scenarios say `@F2` and tests `@pytest.mark.fault(2)` where it happens to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelledFault:
    """One thing that can go wrong, and the invariants by which one sees that it did no harm."""

    number: int
    name: str
    sentence: str
    invariants: tuple[int, ...]
    left_out: str = ""
    """Why it cannot happen to this service; empty when it can."""


FAULTS = (
    ModelledFault(1, "webhook lost", "Stripe's news of a payment never arrives.", (1, 2, 14)),
    ModelledFault(2, "webhook doubled", "The same webhook arrives twice, one after the other or at once.", (3, 5)),
    ModelledFault(3, "one fact, two webhooks", "Two different webhooks tell of the same thing.", (3, 6)),
    ModelledFault(4, "webhooks out of order", "Younger news arrives before older news.", (6,)),
    ModelledFault(5, "too late", "The payment, or the news of it, comes when the payment window is over.", (1, 7)),
    ModelledFault(6, "too early", "The news of an intent arrives before the answer to its creation.", (1, 2)),
    ModelledFault(7, "crash", "The service dies between any two of its steps.", (1, 3, 4)),
    ModelledFault(8, "timeout", "The work was done, but the answer took longer than the caller waits.", (4,)),
    ModelledFault(9, "server error", "Stripe says 500, whether or not it has done the work.", (4, 13)),
    ModelledFault(10, "rate limit, lock", "Stripe asks to slow down, or another request holds the object.", (4, 13)),
    ModelledFault(11, "broken connection", "It is refused, or dies before or after the work.", (4,)),
    ModelledFault(12, "slow or broken answer", "The answer drips, ends in the middle or is no JSON.", (4, 12)),
    ModelledFault(13, "poison message", "A message can be read by nobody, or fits nothing, however often.", (12, 13)),
    ModelledFault(14, "message repeated", "A message between services arrives again.", (3, 5)),
    ModelledFault(15, "message lost", "A command, or the answer to it, is lost on its way.", (1, 2, 8)),
    ModelledFault(16, "started twice", "One purchase is started again, as the same saga or as another.", (5, 9)),
    ModelledFault(17, "clocks differ", "Stripe's clock is ahead of ours or behind it, or time jumps.", (11, 14)),
    ModelledFault(18, "database in trouble", "The database is away, or refuses one of two who write at once.", (3, 4)),
    ModelledFault(19, "price changed", "The price changes while the student looks for the card.", (10,)),
    ModelledFault(20, "course taken back", "The course cannot be had any more when it is paid.", (1, 8)),
    ModelledFault(21, "slot taken", "Somebody else gets the tutor's time between the check and the booking.", (1, 9)),
    ModelledFault(22, "has it already", "The student is in the course already when the payment arrives.", (1, 5)),
    ModelledFault(23, "refund in trouble", "A refund is refused, pending, made already, or fails later.", (2, 8, 13)),
    ModelledFault(24, "dispute", "The cardholder disputes the charge at the bank.", (2, 15)),
    ModelledFault(
        25, "less was captured", "Only a part of the sum is captured.", (10,),
        "Stripe captures our intents by itself and whole; a webhook that tells of another sum is F26",
    ),
    ModelledFault(26, "webhook of another sum", "A webhook tells another sum, or another intent, than ours.", (10, 11)),
    ModelledFault(27, "forged webhook", "A webhook is not signed, wrongly signed, or changed afterwards.", (11,)),
    ModelledFault(28, "replayed webhook", "Somebody sends an old webhook again, rightly signed.", (3, 11)),
    ModelledFault(29, "webhook not ours", "A webhook is about nothing of ours, or of a kind nobody knows.", (11, 12)),
    ModelledFault(30, "another environment", "A webhook is rightly signed, but of live mode.", (11,)),
    ModelledFault(31, "declined at first", "A card is declined, and another one works.", (6, 7)),
    ModelledFault(32, "3-D Secure abandoned", "The bank asks the cardholder, who never answers.", (7,)),
    ModelledFault(33, "paid twice", "The student pays in two tabs.", (1, 5)),
    ModelledFault(34, "cancelled while paying", "The student cancels at the moment of the payment.", (1, 6)),
    ModelledFault(35, "nobody to tell", "The service that tells students is away, or hears twice.", (16,)),
    ModelledFault(36, "answer ignored", "Stripe does not hear that we have the webhook, and sends it again.", (3,)),
    ModelledFault(37, "another version's work", "Another version of the service stored what this one reads.", (13,)),
    ModelledFault(38, "backlog", "The service was away for hours, and all the webhooks come at once.", (12, 14)),
    ModelledFault(39, "key forgotten", "A call is tried again when Stripe has forgotten its idempotency key.", (4,)),
    ModelledFault(40, "secret rotated", "The webhook secret is replaced while webhooks are on their way.", (1, 11)),
    ModelledFault(41, "answers days later", "The bank says days later whether the money comes.", (1, 7, 8, 14, 15)),
)  # fmt: skip
