"""Why a saga is where it is: whom it waits for and until when, what is on its way, and who could help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.console.filters import day, moment, span

if TYPE_CHECKING:
    from simulators.console.session import Stage
    from simulators.kit.json_types import Json

ENDS = {
    "COMPLETED": "It has ended well: what was paid for was delivered, and the money stays.",
    "REFUNDED": "It has ended: nothing was delivered in the end, and all the money went back.",
    "REJECTED": "It has ended before anything was charged: it could not be had.",
    "EXPIRED": "It has ended unpaid: the time to pay was over, and nobody can pay it any more.",
    "CANCELLED": "It has ended because its student changed their mind; nothing is charged.",
}


UNCHARGED = ("REJECTED", "EXPIRED", "CANCELLED")
"""Ends at which nothing may have been charged."""
TAKEN = "Stripe has taken the money"


def reasons(stage: Stage, saga: Json, intents: list[Json], deliveries: list[Json]) -> list[str]:
    """Return the sentences that tell it, the most important one first."""
    if saga["outcome"] in ENDS:
        return [ENDS[saga["outcome"]], *_kept(saga, intents)]
    told = [_waiting(stage, saga)] if saga["waitingFor"] else []
    paid = any(each["status"] == "succeeded" for each in intents)
    if paid and saga["state"] == "AWAITING_PAYMENT":
        told.append(_unheard(deliveries))
    if any(each["status"] == "requires_action" for each in intents):
        told.append("The student's bank asks whether it is the cardholder who pays, and has no answer yet.")
    told += [_retried(each) for each in deliveries if each["status"] == "PENDING" and each["attempts"]]
    return told + ([saga["nextStep"]] if saga.get("nextStep") else [])


def _kept(saga: Json, intents: list[Json]) -> list[str]:
    """Tell of money that the service does not know of, or does not tell of: only a wrong service has such."""
    taken = any(each["status"] == "succeeded" for each in intents)
    return [f"So the service says. But {TAKEN}."] if taken and saga["outcome"] in UNCHARGED else []


def _waiting(stage: Stage, saga: Json) -> str:
    until = moment(saga["waitingUntil"])
    if until is None:
        return f"It waits for {saga['waitingFor']}."
    left = until - stage.world.clock.now()
    how_long = f"for another {span(left)}" if left.total_seconds() > 0 else "and that time is over now"
    return f"It waits for {saga['waitingFor']}, until {day(until)} UTC, {how_long}."


def _unheard(deliveries: list[Json]) -> str:
    news = [each for each in deliveries if each["event"].endswith(".succeeded") and each["status"] != "DELIVERED"]
    if any(each["status"] == "LOST" for each in news):
        return (
            "Stripe has the money, but its news of it was lost, and nobody sends it again. The service asks Stripe by "
            "itself from time to time: let time pass, and it will find the payment."
        )
    due = f", and comes at {day(news[0]['due'])} UTC at the latest" if news else ""
    return f"Stripe has the money already; its news of it is still on the way{due}."


def _retried(delivery: Json) -> str:
    many = len(delivery["attempts"])
    tries = "once" if many == 1 else f"{many} times"
    told = f"{delivery['sender']} tried {tries} to tell of {delivery['event']}"
    return f"{told}, and tries again at {day(delivery['due'])} UTC."
