"""What our services say although no consumer needs it: together with the contracts, all that can be renamed."""

from __future__ import annotations

import re
from collections import defaultdict

from simulators.world.topology import STRIPE
from tests.contracts.expectations import Json
from tests.contracts.mutations.mutants import PACTS, real_responses
from tests.contracts.mutations.mutations import place_name
from tests.contracts.mutations.real_responses import expected_body, interactions_of, is_message, places
from tests.simulated.played import TRACE

ID = re.compile(r"/(saga-1|algebra|1)(?=/|$)")
Fields = dict[str, set[str]]  # By what they are said in.


def unneeded_fields() -> list[str]:
    """Return a line for everything that is said with more than anybody needs; Stripe's is not ours to cut."""
    said, wanted = _fields()
    more = {what: sorted(said[what] - wanted[what] - TRACE) for what in sorted(said)}
    return [f"{what}: {', '.join(fields)}" for what, fields in more.items() if fields]


def _fields() -> tuple[Fields, Fields]:
    said: Fields = defaultdict(set)
    wanted: Fields = defaultdict(set)
    for contract in sorted(set(PACTS.glob("*.json")) - set(PACTS.glob(f"*-{STRIPE}.json"))):
        for each in interactions_of(contract):
            said[_what(each)] |= _names(real_responses(contract)[each["description"]].body)
            wanted[_what(each)] |= _names(expected_body(each))
    return said, wanted


def _what(interaction: Json) -> str:
    if is_message(interaction):
        return str(interaction["contents"]["content"]["type"])
    if interaction["response"]["status"] >= 400:
        return "a problem"
    asked = interaction["request"]
    return f"{asked['method']} {ID.sub('/{id}', asked['path'])}"


def _names(body: object) -> set[str]:
    return {place_name(place).replace("0.", "") for place in places(body) if isinstance(place[-1], str)}
