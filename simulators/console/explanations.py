"""Why a saga is where it is: whom it waits for and until when, what is on its way, and who could help."""

from simulators.console.filters import date_and_time
from simulators.console.session import Session
from simulators.diagram.times import span, timestamp
from simulators.kit.json_types import Json

ENDS = {
    "COMPLETED": "It has ended well: what was paid for was delivered, and the money stays.",
    "REFUNDED": "It has ended: nothing was delivered in the end, and all the money went back.",
    "REJECTED": "It has ended before anything was charged: it could not be had.",
    "EXPIRED": "It has ended unpaid: the time to pay was over, and nobody can pay it any more.",
    "CANCELLED": "It has ended because its student changed their mind; nothing is charged.",
}
UNCHARGED = ("REJECTED", "EXPIRED", "CANCELLED")  # Ends at which nothing may have been charged.
TAKEN = "Stripe has taken the money"


def explain(session: Session, saga: Json, intents: list[Json], deliveries: list[Json]) -> list[str]:
    """Return the sentences that tell it, the most important one first."""
    if unreadable := _unreadable(saga):
        return unreadable
    if saga["outcome"] in ENDS:
        return [ENDS[saga["outcome"]], *_explain_rescue(saga, deliveries), *_contradictions(saga, intents)]
    sentences = [_explain_wait(session, saga)] if saga["waitingFor"] else []
    paid = any(each["status"] == "succeeded" for each in intents)
    if paid and saga["state"] == "AWAITING_PAYMENT":
        sentences.append(_explain_missing_news(deliveries))
    if any(each["status"] == "requires_action" for each in intents):
        sentences.append("The student's bank asks whether it is the cardholder who pays, and has no answer yet.")
    sentences += [_explain_retry(each) for each in deliveries if each["status"] == "PENDING" and each["attempts"]]
    return sentences + ([saga["nextStep"]] if saga.get("nextStep") else [])


def _explain_rescue(saga: Json, deliveries: list[Json]) -> list[str]:
    """Tell how a payment was found of which all the news was lost; nothing, if some of it came, or it was not found."""
    news = [
        each for each in deliveries if each["event"].startswith("payment_") and each["event"].endswith(".succeeded")
    ]
    found = next((timestamp(each["at"]) for each in saga["history"] if each["message"] == "PaymentSucceeded"), None)
    if not news or found is None or any(each["status"] != "LOST" for each in news):
        return []
    waited = span(found - (timestamp(news[0]["created"]) or found))
    lost = "Nobody told it of the payment: the webhook was lost."
    return [f"{lost} After {waited} the payment-service asked Stripe by itself."]


def _unreadable(saga: Json) -> list[str]:
    """Tell of what is stored and cannot be read by the service: the saga, its payment or both."""
    reasons = [part["unreadable"] for part in (saga, saga["payment"] or {}) if "unreadable" in part]
    found = [f"The service cannot read what it has stored: {each}." for each in reasons]
    return [*found, *([saga["nextStep"]] if found and saga.get("nextStep") else [])]


def _contradictions(saga: Json, intents: list[Json]) -> list[str]:
    """Tell of money that the service does not know of, or does not tell of: only a wrong service has such."""
    taken = any(each["status"] == "succeeded" for each in intents)
    return [f"So the service says. But {TAKEN}."] if taken and saga["outcome"] in UNCHARGED else []


def _explain_wait(session: Session, saga: Json) -> str:
    until = timestamp(saga["waitingUntil"])
    if until is None:
        return f"It waits for {saga['waitingFor']}."
    left = until - session.world.clock.now()
    how_long = f"for another {span(left)}" if left.total_seconds() > 0 else "and that time is over now"
    return f"It waits for {saga['waitingFor']}, until {date_and_time(until)} UTC, {how_long}."


def _explain_missing_news(deliveries: list[Json]) -> str:
    news = [each for each in deliveries if each["event"].endswith(".succeeded") and each["status"] != "DELIVERED"]
    if any(each["status"] == "LOST" for each in news):
        return (
            "Stripe has the money, but its webhook was lost, and nobody sends it again. The service asks Stripe by "
            "itself from time to time: let time pass, and it will find the payment."
        )
    due = f", and comes at {date_and_time(news[0]['due'])} UTC at the latest" if news else ""
    return f"Stripe has the money already; its webhook is still on the way{due}."


def _explain_retry(delivery: Json) -> str:
    count = len(delivery["attempts"])
    tries = "once" if count == 1 else f"{count} times"
    attempts = f"{delivery['sender']} tried {tries} to tell of {delivery['event']}"
    return f"{attempts}, and tries again at {date_and_time(delivery['due'])} UTC."
