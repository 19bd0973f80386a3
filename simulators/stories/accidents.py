"""The eight accidents that every payment service meets.

Three of the news (never, twice, before the answer), one of the machine, three of the world (what was sold is gone,
another has it, the money comes too late), and one that no program can repair. Other faults are kinds of these.
"""

from __future__ import annotations

from datetime import timedelta

from simulators.clients.stripe import CANCEL_ANY_INTENT, INTENTS
from simulators.stories.scene import Scene
from simulators.stories.story import Story
from simulators.stories.thing import Thing
from simulators.world.topology import LEARNING, PAYMENT, STRIPE

A_MOMENT, A_MINUTE = timedelta(seconds=10), timedelta(minutes=1)


def _news_lost(scene: Scene) -> None:
    scene.asks()
    scene.world.plant_fault(STRIPE, "lost_delivery", times=None)
    scene.says("{student} pays, and Stripe's news of it never arrives")
    scene.pays()
    scene.world.settle()
    scene.passes(_window(scene), "time passes, until the time to pay is over")


def _news_twice(scene: Scene) -> None:
    scene.asks()
    scene.world.plant_fault(STRIPE, "duplicate_delivery", times=None)
    scene.says("{student} pays, and Stripe sends its news of it twice")
    scene.pays()


def _answer_lost(scene: Scene) -> None:
    scene.world.plant_fault(STRIPE, "lost_answer", method="POST", path=INTENTS)
    scene.begins()
    scene.passes(A_MOMENT, "Stripe makes the payment, but the answer is lost: did it, or did it not?")
    scene.can_pay()
    scene.says("{student} pays")
    scene.pays()


def _course_taken_back(scene: Scene) -> None:
    scene.asks()
    scene.says("while {student} looks for the card, the tutor takes the course back")
    scene.world.learning.unpublish(scene.thing.id)
    scene.pays()


def _slot_taken(scene: Scene) -> None:
    scene.asks()
    scene.says("while {student} looks for the card, somebody else gets the tutor's time")
    scene.world.communication.book_otherwise(scene.thing.id, scene.slot, scene.thing.minutes)
    scene.pays()


def _refund_fails(scene: Scene) -> None:
    scene.asks()
    scene.says("while {student} looks for the card, somebody else gets the tutor's time")
    scene.world.communication.book_otherwise(scene.thing.id, scene.slot, scene.thing.minutes)
    scene.pays("pm_card_refundFail")
    scene.world.settle()
    scene.passes(A_MOMENT, "the money goes back, but {student}'s bank does not take it: this waits for a person")
    scene.says("a person lets it go on, to see whether the bank takes it now")
    scene.world.payment.resume(scene.saga_id, "the student says that the card works again")
    scene.world.settle()
    scene.passes(A_MOMENT, "it does not, and so it waits again: nothing is closed silently")


def _crash(scene: Scene) -> None:
    world = scene.world
    scene.asks()
    world.take_down(LEARNING)
    scene.says("{student} pays while the learning-service is away")
    scene.pays()
    world.settle()
    scene.says("the payment-service has heard of it, cannot pass it on, and is killed")
    world.take_down(PAYMENT)
    world.bring_back(PAYMENT)
    world.bring_back(LEARNING)
    scene.passes(A_MINUTE, "both are back")


def _paid_too_late(scene: Scene) -> None:
    scene.asks()
    scene.world.plant_fault(STRIPE, "server_error", times=None, path=CANCEL_ANY_INTENT)
    scene.passes(_window(scene), "{student} goes for a walk; the time to pay is over, but Stripe cannot cancel")
    scene.says("{student} is back and pays, for the page is still open")
    scene.pays()
    scene.world.settle()
    scene.world.clear_faults()
    scene.passes(A_MINUTE, "Stripe works again")


def _window(scene: Scene) -> timedelta:
    """Return how long one may pay, and a moment more; in a world on real time that is short."""
    return timedelta(seconds=float(scene.world.topology.settings.get("PAYMENT_WINDOW_SECONDS", 1800))) + A_MOMENT


ACCIDENTS = (
    Story(
        "lost-webhook", "A webhook that never arrives", "fay", Thing("french", "French by ear", 2900),
        _news_lost, "COMPLETED", "{student} is enrolled: nobody told the payment-service, it asked Stripe by itself",
        "News that never comes is found: whoever waits for it asks Stripe from time to time.",
        faults=(1,),
    ),
    Story(
        "webhook-twice", "A webhook that comes twice", "gus", Thing("geometry", "Geometry with string", 3500),
        _news_twice, "COMPLETED", "{student} is enrolled once, and the sale is announced once",
        "News that comes twice takes effect once: its id is stored together with what came of it.",
        faults=(2,),
    ),
    Story(
        "lost-answer", "An answer that is lost, and news that overtakes it", "hal", Thing("history", "History", 4500),
        _answer_lost, "COMPLETED", "{student} is enrolled, and there is one payment at Stripe",
        "Not knowing is no harm: it looks at Stripe before it asks again, so that there is one payment.",
        faults=(6, 11),
    ),
    Story(
        "course-taken-back", "A course, rejected after the payment", "cleo", Thing("chess", "Chess, patiently", 2500),
        _course_taken_back, "REFUNDED", "{student} has no seat, and all the money back",
        "What is paid and cannot be had goes back in full, and nobody has to ask for it.",
        faults=(20,),
    ),
    Story(
        "slot-taken", "A session, taken by somebody else", "eve", Thing("alan", "Alan", 4000, 45),
        _slot_taken, "REFUNDED", "{student} has all the money back, and the slot is not kept",
        "A slot is one student's at a time; whoever paid in vain has the money back, and nothing is left lying.",
        faults=(21,),
    ),
    Story(
        "refund-fails", "A refund that the bank sends back", "ida", Thing("emmy", "Emmy", 6000, 30),
        _refund_fails, "PARKED", "{student}'s money waits for a person, who knows all about it",
        "What no program can repair is never closed silently: it waits for a person, and says so.",
        faults=(21, 23),
    ),
    Story(
        "crash", "A crash in the middle", "jon", Thing("java", "Java, the island", 1900),
        _crash, "COMPLETED", "{student} is enrolled, and was charged once",
        "A crash costs nothing but time: what is to be done is stored before it is tried.",
        faults=(7, 15),
    ),
    Story(
        "paid-too-late", "A payment that comes too late", "kim", Thing("knitting", "Knitting for two", 2200),
        _paid_too_late, "REFUNDED", "{student} has no seat, and all the money back",
        "Money that comes too late goes back: a window that has closed is no way to keep it.",
        faults=(5, 9),
    ),
)  # fmt: skip
