"""The stand-in broker is held to what the official client needs of a broker; where it does not stand in, it says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask, request
from pact import Verifier

from simulators.world.serving import Port, Server
from tests.contracts.broker import matrix
from tests.contracts.broker.app import RELATIONS, books_of, create_app
from tests.contracts.broker.states import STATES
from tests.contracts.expectations import Json

CONTRACT = Path(__file__).parent / "official_client.pact.json"
STATE = "/_state"


def with_states(app: Flask) -> Flask:
    """A broker that can be brought into the contract's states; each begins with nothing published."""

    @app.post(STATE)
    def enter() -> Json:
        books_of(app).forget()
        STATES[request.get_json()["state"]](books_of(app))
        return {}

    return app


def as_elsewhere(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The contract names a host; and Pact sorts a query's parameters: bring them back to their groups."""

    def asked(environ: Any, start_response: Any) -> Iterable[bytes]:
        pairs = parse_qsl(environ["QUERY_STRING"])
        names, versions = ([pair for pair in pairs if pair[0] == f"q[][{key}]"] for key in ("pacticipant", "version"))
        grouped = [pair for group in zip_longest(names, versions) for pair in group if pair]
        environ["HTTP_HOST"] = "example.org"
        environ["QUERY_STRING"] = urlencode(grouped + [pair for pair in pairs if not pair[0].startswith("q[]")])
        return app(environ, start_response)

    return asked


def wrong(app: Flask) -> set[str]:
    """Return the interactions in which the broker is not what the client needs, after seeing that all were tried."""
    port = Port("broker", 0)
    server = Server(as_elsewhere(app), port)
    verifier = Verifier("Pact Broker", host="127.0.0.1").add_transport(url=port.url)
    verifier.state_handler(port.url + STATE, body=True).add_source(CONTRACT).disable_ssl_verification()
    try:
        verifier.verify()
    except RuntimeError:
        assert verifier.results["errors"], verifier.output(strip_ansi=True)
    finally:
        server.stop()
    results = verifier.results["interactionResults"]
    assert len(results) == len(json.loads(CONTRACT.read_text())["interactions"])
    return {each["description"] for each in results if each["result"] != "OK"}


@pytest.mark.served
def test_the_stand_in_is_what_the_official_client_needs() -> None:
    assert wrong(with_states(create_app())) == set()


@pytest.mark.served
def test_a_broker_that_is_not_what_the_client_needs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RELATIONS, "pb:publish-contracts")
    monkeypatch.setitem(STATES, "a pact between Condor and the Pricing Service exists", STATES[""])
    monkeypatch.setattr(matrix, "_reason", lambda _: None)
    assert wrong(with_states(create_app())) == {
        "a request for the index resource",
        "a request to list the latest pacts",
        "a request to retrieve the latest pact between Condor and the Pricing Service",
        "a request for the compatibility matrix for Foo version 1.2.3 and Bar version 4.5.6",
        "a request for the compatibility matrix where only the version of Foo is specified",
    }
