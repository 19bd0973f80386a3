"""Holds a real provider to a contract, and takes silence for a failure: Pact passes whatever it did not look at."""

from __future__ import annotations

import json
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from flask import Flask, Response, request
from pact import Verifier
from werkzeug.serving import make_server

from tests.contracts.expectations import Json

HOST = "127.0.0.1"
PATIENCE = 60_000  # Milliseconds; to say a message a whole story may be played, on a machine that does much else.
Enter = Callable[[Json], None]  # Gets a provider into a state with these parameters.


class Said(NamedTuple):
    """A message as it travelled."""

    body: bytes
    content_type: str


Say = Callable[[], Said]


@dataclass(frozen=True)
class Provider:
    """A service, how it gets into each state, and how it is brought to say each message (by its description)."""

    name: str
    app: Flask
    states: Mapping[str, Enter]
    messages: Mapping[str, Say]


class NotVerified(AssertionError):  # noqa: N818 - says what happened
    """The verification would not have looked at all that the contract says, or did not."""


def broken(provider: Provider, contract: Path) -> dict[str, str]:
    """Return what the provider does not keep: the mismatches by description; NotVerified unless all was looked at."""
    written = json.loads(contract.read_text())
    interactions = written["interactions"]
    if written["provider"]["name"] != provider.name:
        raise NotVerified(f"{contract.name} is not for {provider.name}")
    _is_prepared(provider, interactions)
    results = _results(provider, contract)
    looked_at = sorted(each["description"] for each in results if not each["pending"])
    if not looked_at or looked_at != sorted(each["description"] for each in interactions):
        raise NotVerified(f"of {contract.name}, only this was verified: {looked_at}")
    return {each["description"]: _told(each) for each in results if each["result"] != "OK"}


def _is_prepared(provider: Provider, interactions: list[Json]) -> None:
    """A state that nobody can set costs minutes of retries; one that nobody asked for proves nothing."""
    states = {state["name"] for each in interactions for state in each.get("providerStates", [])}
    messages = {each["description"] for each in interactions if each["type"] == "Asynchronous/Messages"}
    for what, needed, known in (("state", states, provider.states), ("message", messages, provider.messages)):
        if needed != set(known):
            raise NotVerified(f"{provider.name} differs from the contract in the {what}s {sorted(needed ^ set(known))}")


def _results(provider: Provider, contract: Path) -> list[Json]:
    with _served(provider.app) as port, _served(_door(provider)) as door:
        verifier = Verifier(provider.name, host=HOST).add_transport(url=f"http://{HOST}:{port}")
        verifier.add_transport(protocol="message", port=door, path="/", scheme="http")
        if provider.states:
            verifier.state_handler(f"http://{HOST}:{door}/state", body=True)
        verifier.add_source(contract)
        verifier.disable_ssl_verification()  # Loopback has no TLS; reading root certificates for each call takes long.
        verifier.set_request_timeout(PATIENCE)
        try:
            verifier.verify()
        except RuntimeError:
            if not verifier.results["errors"]:
                raise NotVerified(verifier.output(strip_ansi=True)) from None
        results: list[Json] = verifier.results["interactionResults"]
        return results


def _told(result: Json) -> str:
    mismatch = result["mismatch"]
    lines = [f"{each.get('path', '')} {each['mismatch']}" for each in mismatch.get("mismatches", [])]
    return "\n".join(lines) or json.dumps(mismatch)


def _door(provider: Provider) -> Flask:
    """What the verifier needs beside the provider's own API; 422 at once, since it repeats a 500 for two minutes."""
    door = Flask("door")

    @door.post("/state")
    def state() -> Json:
        asked: Json = request.get_json()
        if asked["state"]:
            provider.states[asked["state"]](asked["params"])
        return {}

    @door.post("/")
    def message() -> Response:
        said = provider.messages[request.get_json()["description"]]()
        metadata = b64encode(json.dumps({"contentType": said.content_type}).encode()).decode()
        return Response(said.body, content_type=said.content_type, headers={"Pact-Message-Metadata": metadata})

    @door.errorhandler(Exception)
    def failed(error: Exception) -> tuple[str, int]:
        return "".join(traceback.format_exception(error)), 422

    return door


@contextmanager
def _served(app: Any) -> Iterator[int]:
    server = make_server(HOST, 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
