"""The page *What your service must do*, from the contracts, the judge, the environment's example and the features."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from gherkin import Parser

from simulators.check.subject import SECRETS, WHERE
from simulators.contracts.fields import Field
from simulators.contracts.pact import Interaction, pacts_in
from simulators.contracts.parts import Part
from simulators.judge.gathering import DEFAULT_SECONDS
from simulators.judge.invariants import INVARIANTS
from simulators.judge.invariants.deliveries import ENDING_NOTICES
from simulators.judge.invariants.money import METADATA
from simulators.judge.invariants.sagas import ENDINGS
from simulators.kit.json_types import Json
from simulators.world.topology import PAYMENT, STRIPE
from tests.documents.generated import table
from tests.rooms.source import ROOT

PATHS = {
    r"/sagas/saga-1": "/sagas/{sagaId}", r"/dead-letters/1": "/dead-letters/{letterId}",
    r"/payment_intents/pi_1": "/payment_intents/{id}", r"/courses/algebra": "/courses/{courseId}",
}  # fmt: skip
ENVELOPE = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype")
ENVIRONMENT = {
    "PORT": "where it listens, on 127.0.0.1",
    "DATA_DIR": "an empty folder of its own, which stays when it is killed and started again",
    "HARNESS_CLOCK_FILE": "a file that holds by how many seconds its clock is ahead; only `--time hook` reads it",
}
MEANINGS = {
    "COMPLETED": "paid, and delivered", "REJECTED": "it cannot be had; nothing was charged",
    "EXPIRED": "not paid in time", "CANCELLED": "given up by the student before it was paid",
    "REFUNDED": "paid, not delivered, and all of it went back", "PARKED": "a person must decide",
}  # fmt: skip
PARTS = {
    "What it finds": "environment", "What it serves": "routes", "What it takes": "taken_messages",
    "What it says": "said_messages", "What it asks of Stripe and of the others": "calls",
    "How a purchase ends": "endings",
    "What is judged: promises": "promises", "What is judged: scenarios": "rules",
}  # fmt: skip


def requirements() -> str:
    """Return all of the page that is below its introduction."""
    made = globals()
    return "\n".join(f"## {title}\n\n{made[part]()}" for title, part in PARTS.items())


def interactions() -> list[Interaction]:
    return [each for pact in pacts_in(ROOT / "pacts") for each in pact.interactions]


def environment() -> str:
    rows = [[f"`{name}`", text, ""] for name, text in ENVIRONMENT.items()]
    about: list[str] = []
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line.startswith("#"):
            about.append(line.removeprefix("#").strip())
            continue
        name, sign, _ = line.partition("=")
        text = " ".join(about)
        if sign and (name.endswith("_SECONDS") or name in known_variables()):
            text = text.rpartition("How long, in seconds: ")[2].rstrip(";.") or "where that service is"
            rows.append([f"`{name}`", escaped(text), judged_wait(name)])
        about = [] if sign or not line else about
    return table(["variable", "holds", "if it is not set, judged as"], rows)


def known_variables() -> set[str]:
    return {"STRIPE_API_KEY", "BANK_DEBITS", *WHERE.values(), *SECRETS.values()}


def judged_wait(name: str) -> str:
    """Return the seconds by which it is judged; what the judge does not look at is the service's own affair."""
    known = DEFAULT_SECONDS.get(name)
    return f"{known:,} s" if known else "your own affair" if name.endswith("_SECONDS") else ""


def routes() -> str:
    served: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    shown: dict[str, dict[str, None]] = defaultdict(dict)
    for each in interactions():
        if each.provider == PAYMENT and each.is_call and each.request:
            place, status = place_of(each.request), each.expected["status"]
            served[place][str(status)].add(each.consumer)
            shown[place] |= dict.fromkeys(field.name for field in each.expected.body if status < HTTPStatus.BAD_REQUEST)
    rows = [["`GET /readyz`", "harness", "200 once it is ready (another: `--ready-url`)", ""]]
    rows += [["`POST /webhooks/stripe`", STRIPE, "2xx when it is stored, 400 when it is not Stripe's, never 5xx", ""]]
    for place, answers in sorted(served.items()):
        consumers = ", ".join(sorted(set().union(*answers.values())))
        holds = ", ".join(f"`{name}`" for name in shown[place])
        rows.append([f"`{place}`", consumers, " ".join(sorted(answers)), holds])
    return table(["request", "from", "answers", "of which those that are 2xx hold"], rows)


def taken_messages() -> str:
    heard = {each.message: each for each in interactions() if each.receiver == PAYMENT and is_whole(each)}
    refused = {
        name for each in interactions() for name, sign, _ in [each.description.partition(", lacking its ")] if sign
    }
    rows = [
        [
            f"`{name}`",
            each.sender,
            data_fields(each.request.body if each.request else ()),
            "400" if name in refused else "",
        ]
        for name, each in sorted(heard.items(), key=lambda pair: pair[0] or "")
    ]
    webhooks = sorted(each.description for each in interactions() if each.provider == STRIPE and not each.is_call)
    return (
        table(["at `POST /events`", "from", "data", "without what is needed"], rows)
        + "\nTwice is once (202 again), and whoever shows no `SERVICE_TOKEN` gets 401.\n\nOf Stripe's webhooks it uses "
        + ", ".join(f"`{each}`" for each in webhooks)
        + "; any other is answered 2xx and changes nothing.\n"
    )


def said_messages() -> str:
    said: dict[str, dict[str, None]] = defaultdict(dict)
    fields: dict[str, dict[str, str]] = defaultdict(dict)
    for each in interactions():
        if each.provider == PAYMENT and not each.is_call and each.message:
            said[each.message][each.consumer] = None
            fields[each.message] |= data_words(each.expected.body)
    meaning = summaries()
    rows = [
        [f"`{name}`", ", ".join(said[name]), meaning.get(name, ""), ", ".join(fields[name].values())]
        for name in sorted(said)
    ]
    envelope = (
        "\nEach is a CloudEvent in structured mode, `application/cloudevents+json`, with `Authorization: Bearer "
        "$SERVICE_TOKEN`: events go to `POST /events`, commands (in capitals) to `POST /commands`; `subject` is the "
        "sagaId, `source` is `edtech.payment-service`, and the `id` stays the same however often it is sent again.\n"
    )
    return table(["message", "to", "says", "data"], rows) + envelope


def calls() -> str:
    asked: dict[str, dict[str, None]] = defaultdict(dict)
    for each in interactions():
        if each.consumer == PAYMENT and each.is_call and each.request and not each.message:
            asked[f"{each.provider}|{place_of(each.request)}"][each.description] = None
    rows = [[*key.split("|"), "; ".join(about)] for key, about in sorted(asked.items())]
    rows = [[provider, f"`{place}`", about] for provider, place, about in rows]
    keys = ", ".join(f"`{each}`" for each in ("paymentId", "sagaId", "paymentContext", "contextId") if each in METADATA)
    stripe = (
        f"\nThe metadata of each PaymentIntent are exactly {keys} (`COURSE_ENROLLMENT` with the courseId, or "
        "`SESSION_BOOKING` with the sessionId), from its creation on. Whatever is asked again of Stripe has the same "
        "`Idempotency-Key`, and leads to one intent and one refund. A refund of yours has metadata, of whatever kind: "
        "what has none was made by a person.\n"
    )
    return table(["asked of", "request", "for"], rows) + stripe


def endings() -> str:
    notices = {**ENDING_NOTICES, "PARKED": "NEEDS_ATTENTION"}
    rows = [
        [f"`{each}`", MEANINGS[each], f"`{notices[each]}`, once" if each in notices else "none of money"]
        for each in ENDINGS
    ]
    rows[-1][2] = rows[-1][2].replace(", once", "")
    waits = (
        "\nUntil then `GET /sagas/{sagaId}` shows `outcome: null`, what it waits for and until when (`waitingFor`, "
        "`waitingUntil`), and the `payment`; `state` is `AWAITING_PAYMENT` while the student can pay. An ending is "
        "final, but for late news of money and what a person decides. A payment's `status` is one of "
        f"{statuses()}, and says what Stripe shows as soon as its news was taken.\n"
    )
    return table(["`outcome`", "means", "notice to the student (`SEND_NOTICE`)"], rows) + waits


def promises() -> str:
    return table(
        ["", "promise", "whatever goes wrong"], [[f"I{each.number}", each.name, each.promise] for each in INVARIANTS]
    )


def rules() -> str:
    rows = []
    for path in sorted((ROOT / "features").glob("*.feature")):
        document: Any = Parser().parse(path.read_text(encoding="utf-8"))
        feature: Json = document["feature"]
        for rule in (each["rule"] for each in feature["children"] if "rule" in each):
            names = [
                f"{tag(each['scenario'])} {each['scenario']['name']}" for each in rule["children"] if "scenario" in each
            ]
            rows.append([f"[{feature['name']}](../features/{path.name})", rule["name"], "; ".join(names)])
    return table(["feature", "rule", "scenarios"], rows)


def tag(scenario: Json) -> str:
    return next(
        str(each["name"]).removeprefix("@")
        for each in scenario["tags"]
        if re.fullmatch(r"@[A-Z]{3}-\d\d", each["name"])
    )


def data_fields(body: Iterable[Field]) -> str:
    return ", ".join(data_words(body).values())


def data_words(body: Iterable[Field]) -> dict[str, str]:
    """Return the fields of a message's data in words: by name."""
    found = {}
    for each in body:
        if each.name.startswith("data."):
            name = each.name.removeprefix("data.")
            found[name] = f"`{name}`"
    return found


def summaries() -> dict[str, str]:
    described: Json = json.loads((ROOT / "reference" / "web" / "asyncapi.json").read_text())
    return {name: each["summary"] for name, each in described["components"]["messages"].items()}


def general(path: str) -> str:
    for example, name in PATHS.items():
        path = path.replace(example, name)
    return path


def place_of(request: Part) -> str:
    return f"{request['method']} {general(str(request['path']))}"


def is_whole(each: Interaction) -> bool:
    return bool(each.message) and each.is_call and each.description.endswith(" is handed over")


def escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def statuses() -> str:
    described: Json = json.loads((ROOT / "reference" / "web" / "openapi.json").read_text())
    return ", ".join(f"`{each}`" for each in described["components"]["schemas"]["PaymentStatus"]["enum"])
