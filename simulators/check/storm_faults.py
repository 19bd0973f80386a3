"""What goes wrong in a storm: each kind of fault, where it strikes and how often."""

from dataclasses import dataclass
from random import Random

from simulators.clients.learning import ANY_COURSE
from simulators.clients.messages import COMMANDS, EVENTS
from simulators.clients.stripe import ANY_PATH, INTENTS
from simulators.world.topology import COMMUNICATION, LEARNING, PAYMENT, STRIPE, TUTORS

EVERYBODY = (STRIPE, LEARNING, TUTORS, COMMUNICATION)
CALLED = {
    STRIPE: [{"path": ANY_PATH}],
    LEARNING: [{"path": COMMANDS}, {"path": EVENTS}, {"method": "GET", "path": ANY_COURSE}],
    TUTORS: [{"path": COMMANDS}],
    COMMUNICATION: [{"path": COMMANDS}],
}
# What is said again, or found otherwise, when it is lost.
LOSABLE = {STRIPE: "*", LEARNING: "Enrollment*", TUTORS: "*", COMMUNICATION: "*"}

Parameters = dict[str, object]
OF_CALLS: dict[str, Parameters] = {
    "server_error": {},
    "server_error_after": {},
    "rate_limited": {},
    "lost_answer": {},
    "dropped_request": {},
    "latency": {"latency": 100, "jitter": 100},
    "reset_peer": {"timeout": 100},
    "timeout": {"timeout": 300},
    "down": {},
    "limit_data": {"bytes": 40},
    "slicer": {"averageSize": 256},
}
OF_DELIVERIES: dict[str, Parameters] = {
    "lost_delivery": {},
    "duplicate_delivery": {},
    "delayed_delivery": {"seconds": 20},
    "shuffled_delivery": {},
    "ignored_answer": {},
    "missing_signature": {},
    "wrong_signature": {},
}
OF_STRIPE: dict[str, Parameters] = {
    "kept_server_error": {},
    "lock_timeout": {},
    "live_event": {},
    "altered_amount": {"amount": 100},
    "stale_timestamp": {},
    "tampered_body": {},
}
KINDS = OF_CALLS | OF_DELIVERIES | OF_STRIPE
CRASH = "caller_crash"


@dataclass(frozen=True)
class StormFault:
    """A fault of one service, at some rate."""

    service: str
    fault: str
    parameters: Parameters

    def __str__(self) -> str:
        return f"{self.service} {self.fault} {self.parameters}"


# Stripe makes a payment, and neither its answer nor its news of it arrives: whoever asks again must use the same key.
SILENCE = [
    StormFault(STRIPE, "lost_answer", {"probability": 0.3, "method": "POST", "path": INTENTS}),
    StormFault(STRIPE, "lost_delivery", {"probability": 0.5, "event": "payment_intent.created"}),
]
SILENT_STORMS = 0.4


def draw_fault(randomness: Random, kind: str, service: str | None = None) -> StormFault:
    """Draw where a kind of fault strikes (whom, too, if nobody is named), and at which rate."""
    service = service or (STRIPE if kind in OF_STRIPE else randomness.choice(EVERYBODY))
    where = {} if kind in OF_DELIVERIES or kind not in OF_CALLS else randomness.choice(CALLED[service])
    what = {"event": LOSABLE[service]} if kind == "lost_delivery" else {}
    rate = round(randomness.uniform(0.05, 0.3), 2)
    return StormFault(service, kind, {"probability": rate, **where, **what, **KINDS[kind]})


def draw_crash(randomness: Random) -> StormFault:
    """Draw how the payment-service dies at its calls: seldom, since each time it must be started again."""
    rate, times = round(randomness.uniform(0.05, 0.3), 2), randomness.choice([1, 1, 2])
    about: Parameters = {"caller": PAYMENT, "after": randomness.random() < AFTER_THE_CALL}
    return StormFault(PAYMENT, CRASH, {"probability": rate, "times": times, **about})


AFTER_THE_CALL = 0.5
