"""The contracts put to a service without a desk: requests are replayed in a world, messages taken off the wire."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import requests

from simulators.check.provider_states import MINUTES, TUTOR, Stage
from simulators.contracts.mismatch import mismatches
from simulators.contracts.pact_file import PactFile, contracts_in, is_message
from simulators.contracts.parts import content_of, media_of
from simulators.contracts.provider_state import states_of
from simulators.kit.json_types import Json
from simulators.package_data import PACTS
from simulators.world.served import NOT_YET
from simulators.world.topology import PAYMENT
from simulators.world.waiting import wait_for
from simulators.world.world import World

AGAIN = "a message that was handed over before"
SECONDS = 20
DECLINED = "pm_card_visa_chargeDeclinedExpiredCard"


@dataclass(frozen=True)
class NeededInteraction:
    """One thing that a consumer needs of the payment-service, as its contract has it."""

    consumer: str
    written: Json

    @property
    def description(self) -> str:
        """What it is called."""
        return str(self.written["description"])

    @property
    def name(self) -> str:
        """The name of the message that it is; empty for a call."""
        return str(content_of(self.written["contents"])["type"]) if is_message(self.written) else ""

    def differs(self, message: Json) -> list[str]:
        """Say in what a message is not what is needed."""
        rules = self.written.get("matchingRules") or {}
        return mismatches(content_of(self.written["contents"]), message, rules.get("body"))


def needed_interactions(place: Path = PACTS) -> list[NeededInteraction]:
    """Return all that others need of a payment-service."""
    pacts: list[PactFile] = [each for each in contracts_in(place) if each.provider == PAYMENT]
    return [NeededInteraction(pact.consumer, each) for pact in pacts for each in pact.interactions]


class ContractWorld:
    """A world in which one example after the other is played, each by people and with a saga of its own."""

    def __init__(self, world: World) -> None:
        self.world, self._numbers = world, count(1)
        self._said: list[tuple[str, Json]] | None = None
        world.learning.create_course("algebra")
        world.tutors.hire(TUTOR)

    def replay(self, interaction: NeededInteraction) -> list[str]:
        """Bring the service into the state, ask what is asked, and say in what the answer is not what is needed."""
        stage, states = Stage(self.world, next(self._numbers)), states_of(interaction.written)
        try:
            for state in states:
                stage.enter(state.name, dict(state.params))
            ask = partial(_ask, stage, interaction)
            if AGAIN in {state.name for state in states}:
                ask()
            return list(_differences(interaction.written["response"], ask()))
        finally:
            self.world.recover()
            self.world.settle()

    def hear(self, interaction: NeededInteraction) -> list[str]:
        """Say in what nothing that was said is the message that is needed."""
        if self._said is None:
            self._said = list(self._play())
        found = [each for receiver, each in self._said if (receiver, each.get("type")) == self._address(interaction)]
        differences = [interaction.differs(each) for each in found]
        if not differences:
            return [f"{interaction.name} was never sent to the {interaction.consumer}"]
        return min(differences, key=len)

    @staticmethod
    def _address(interaction: NeededInteraction) -> tuple[str, str]:
        return interaction.consumer, interaction.name

    def _play(self) -> Iterator[tuple[str, Json]]:
        """Play purchases in which everything is said that a payment-service says."""
        recorder = self.world.recorder
        for is_session in (False, True):
            for is_rejected in (False, True):
                with suppress(*NOT_YET):  # whatever keeps it from its end, what was said until then is heard
                    self._buy(Stage(self.world, next(self._numbers)), is_session=is_session, is_rejected=is_rejected)
        for number, exchange in recorder.entries():
            if exchange.caller == PAYMENT and exchange.message:
                yield exchange.callee, (recorder.payloads or {}).get(number, {})

    def _buy(self, stage: Stage, *, is_session: bool, is_rejected: bool) -> None:
        world, buyer = self.world, self.world.student(stage.person("ada"))
        world.learning.publish("algebra")
        saga_id = buyer.book(TUTOR, stage.at, MINUTES) if is_session else buyer.enroll("algebra")
        buyer.try_card(saga_id, DECLINED)
        world.settle()
        if is_rejected and is_session:
            world.communication.book_otherwise(TUTOR, stage.at, MINUTES)
        elif is_rejected:
            world.learning.unpublish("algebra")
        buyer.pay(saga_id)
        world.settle()
        wait_for(lambda: (world.payment.find_saga(saga_id) or {}).get("outcome"), SECONDS)
        world.settle()


def _ask(stage: Stage, interaction: NeededInteraction) -> requests.Response:
    """Ask what an example asks, with what it stands for here in place of its names."""
    request = interaction.written["request"]
    headers = {name: ", ".join(values) for name, values in (request.get("headers") or {}).items()}
    if "Authorization" in headers and stage.bearer:
        headers["Authorization"] = f"Bearer {stage.bearer}"
    url, path = stage.world.topology.urls[PAYMENT], request["path"]
    path = path.replace("saga-1", stage.saga_id).replace("/1/", f"/{stage.letter}/")
    query = {name: [_meant(stage, each) for each in values] for name, values in (request.get("query") or {}).items()}
    content = content_of(request["body"]) if request.get("body") else None
    body = None if content is None else json.dumps(_meant(stage, content))
    return stage.world.connect(interaction.consumer).request(
        request["method"], url + path, params=query, headers=headers, data=body, timeout=SECONDS
    )


def _meant(stage: Stage, value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the same with the people, the saga and the time of this world."""
    if isinstance(value, dict):
        return {name: stage.at if name == "scheduledAt" else _meant(stage, each) for name, each in value.items()}
    if not isinstance(value, str):
        return value
    return stage.person(value) if value == "ada" else value.replace("saga-1", stage.saga_id)


def _differences(needed: Json, answer: requests.Response) -> Iterator[str]:
    if answer.status_code != needed["status"]:
        yield f"must be answered {needed['status']}, and is answered {answer.status_code} {answer.text[:200]}"
        return
    wanted, kind = media_of(needed.get("body") or {}), answer.headers.get("Content-Type", "").partition(";")[0]
    if wanted and kind != wanted:
        yield f"must be {wanted}, and is {kind or 'of no type'}"
    elif wanted:
        rules = (needed.get("matchingRules") or {}).get("body")
        yield from mismatches(content_of(needed["body"]), answer.json(), rules)
