"""What a team has to offer is read from contracts of whichever of Pact's versions."""

from __future__ import annotations

from simulators.contracts.pact_file import PactFile
from simulators.contracts.provider_requirements import ProviderRequirements
from tests.unit.contracts.written import Json, call, file, message

OLDER: Json = {
    "consumer": {"name": "eve"},
    "provider": {"name": "ben"},
    "messages": [{"description": "gossip", "providerState": "a secret", "contents": {"told": "all"}}],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}


def test_states_are_listed_once_and_messages_with_an_example() -> None:
    found = [PactFile.of(content, "here") for content in (file(call(), call("another"), message()), OLDER)]
    assert ProviderRequirements("ben", found).to_json() == {
        "provider": "ben",
        "consumers": ["ada", "eve"],
        "states": [
            {"state": "a course", "params": [{"courseId": "algebra"}]},
            {"state": "a secret", "params": [{}]},
        ],
        "messages": [
            {
                "description": "news",
                "consumer": "ada",
                "contentType": "application/cloudevents+json",
                "example": {"type": "News"},
            },
            {
                "description": "gossip",
                "consumer": "eve",
                "contentType": "application/json",
                "example": {"told": "all"},
            },
        ],
    }
