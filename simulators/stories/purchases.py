"""The stories in which nothing goes wrong: a course, a session, a card that is declined first, and a slow bank."""

from __future__ import annotations

from datetime import timedelta

from simulators.stories.scene import Scene
from simulators.stories.story import Story
from simulators.stories.thing import Thing

EMPTY_CARD = "pm_card_visa_chargeDeclinedInsufficientFunds"


def _buy(scene: Scene) -> None:
    scene.asks()
    scene.says("{student} pays with a good card")
    scene.pays()


def _book(scene: Scene) -> None:
    scene.asks()
    scene.says("{student} pays while the slot is kept")
    scene.pays()


def _buy_after_a_decline(scene: Scene) -> None:
    scene.asks()
    scene.says("{student} pays with a card that has no money on it")
    why = scene.student.try_card(scene.saga_id, EMPTY_CARD)
    scene.world.settle()
    scene.says(f"declined ({why}), which is not the end: {{student}} takes another card")
    scene.pays("pm_card_mastercard")


def _buy_from_an_account(scene: Scene) -> None:
    scene.asks()
    scene.says("{student} pays from a bank account: the bank is asked, and takes its days")
    scene.pays_from_account()
    scene.world.settle()
    scene.passes(timedelta(days=2), "the time to pay is long over, but {student} has paid in it: nothing is given up")
    scene.passes(timedelta(days=4), "the bank answers: the money is there")


PURCHASES = (
    Story(
        "course", "A course, bought", "ada", Thing("algebra", "Algebra from the start", 4900),
        _buy, "COMPLETED", "{student} is enrolled, and the money stays with the school",
        "Money became exactly what was bought: one payment, one seat, and both sides tell the same of it.",
    ),
    Story(
        "session", "A session, booked and paid", "dan", Thing("grace", "Grace", 3000, 60),
        _book, "COMPLETED", "{student} has the session, and a link to it",
        "The same payment, another flow: the slot was kept until it was paid, and became one session.",
    ),
    Story(
        "declined-card", "A course, declined and then bought", "ben", Thing("biology", "Biology in pictures", 3900),
        _buy_after_a_decline, "COMPLETED", "{student} is enrolled, and was charged once",
        "A declined card is not the end: the same payment was tried again, and charged once.",
        faults=(31,),
    ),
    Story(
        "bank-debit", "A course, paid from a bank account", "lou", Thing("latin", "Latin, spoken", 2700),
        _buy_from_an_account, "COMPLETED", "{student} is enrolled, and not before the bank had paid",
        "A bank may answer days later: until then nothing is delivered, and nothing is given up.",
        faults=(41,),
    ),
)  # fmt: skip
