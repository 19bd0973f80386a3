"""Contracts come in, are handed out for verification, and results come back."""

from __future__ import annotations

import json
from base64 import b64decode

from flask import Blueprint, request

from tests.contracts.broker.books import Books, Pact, Version
from tests.contracts.broker.hal import Answer, answer, at, link, nobody
from tests.contracts.expectations import Json


def routes(books: Books) -> Blueprint:
    room = Blueprint("publishing", __name__)

    @room.post("/contracts/publish")
    def published() -> Answer:
        return _published(books, request.get_json())

    @room.get("/pacts/latest")
    def latest_of_everybody() -> Answer:
        latest = {(each.consumer, each.provider): each for each in books.pacts.values()}
        return answer({"pacts": [_listed(each) for each in latest.values()], "_links": {"self": link(request.path)}})

    @room.route("/pacts/provider/<provider>/for-verification", methods=["GET", "POST"])
    def for_verification(provider: str) -> Answer:
        asked: Json = request.get_json(silent=True) or {}
        branch = asked.get("providerVersionBranch") if asked.get("includePendingStatus") else None
        pacts = [_to_verify(each, _pending(books, each, branch)) for each in _latest(books, provider)]
        return answer({"_embedded": {"pacts": pacts}, "_links": {"self": link(request.path)}})

    @room.get("/pacts/provider/<provider>/consumer/<consumer>/latest")
    def latest(provider: str, consumer: str) -> Answer:
        pact = books.latest_pact(consumer, provider)
        return _shown(pact) if pact else nobody(f"a pact between {consumer} and {provider}")

    @room.get("/pacts/provider/<provider>/consumer/<consumer>/version/<version>")
    def shown(provider: str, consumer: str, version: str) -> Answer:
        pact = books.pacts.get((consumer, version, provider))
        return _shown(pact) if pact else nobody(f"a pact between {consumer} {version} and {provider}")

    @room.post("/pacts/provider/<provider>/consumer/<consumer>/version/<version>/verification-results")
    def verified(provider: str, consumer: str, version: str) -> Answer:
        said: Json = request.get_json()
        pact = books.pacts[consumer, version, provider]
        result = books.verified(pact, said["providerApplicationVersion"], success=said["success"])
        return answer({"success": result.success, "_links": {"self": link(f"{request.path}/{result.number}")}}, 201)

    return room


def _published(books: Books, said: Json) -> Answer:
    version = books.version(said["pacticipantName"], said["pacticipantVersionNumber"])
    version.branches |= {said["branch"]} if said.get("branch") else set()
    version.tags |= set(said.get("tags") or [])
    version.build_url = said.get("buildUrl")
    pacts = [
        books.publish(version, each["providerName"], json.loads(b64decode(each["content"])))
        for each in said["contracts"]
    ]
    return answer(_publication(version, pacts, said.get("tags") or []))


def _publication(version: Version, pacts: list[Pact], tags: list[str]) -> Json:
    party, this = at("pacticipants", version.pacticipant), at("versions", version.number)
    texts = [
        f"Pact successfully published for {p.consumer} version {p.version} and provider {p.provider}." for p in pacts
    ]
    return {
        "notices": [{"type": "success", "text": text} for text in texts],
        "logs": [{"level": "success", "message": text, "deprecationWarning": "see notices"} for text in texts],
        "_embedded": {
            "pacticipant": {"name": version.pacticipant, "_links": {"self": link(party)}},
            "version": {
                "number": version.number,
                "_links": {"self": link(party + this, title="Version", name=version.number)},
            },
        },
        "_links": {
            "pb:pacticipant": link(party, title="Pacticipant", name=version.pacticipant),
            "pb:pacticipant-version": link(party + this, title="Pacticipant version", name=version.number),
            "pb:pacticipant-version-tags": [
                link(party + this + at("tags", tag), title="Tag", name=tag) for tag in tags
            ],
            "pb:contracts": [link(_path(each), title="Pact", name=_title(each)) for each in pacts],
        },
    }


def _latest(books: Books, provider: str) -> list[Pact]:
    latest = (books.latest_pact(consumer, provider) for consumer in books.consumers_of(provider))
    return [each for each in latest if each]


def _pending(books: Books, pact: Pact, branch: str | None) -> Json:
    """What the provider never kept must not break its build; without a branch that is not known."""
    return {} if branch is None else {"pending": not books.was_kept(pact, branch)}


def _to_verify(pact: Pact, pending: Json) -> Json:
    because = {"when": "before_verification", "text": f"{_title(pact)} is the latest of its consumer"}
    return {
        "shortDescription": "latest",
        "verificationProperties": {**pending, "notices": [because]},
        "_links": {"self": link(_path(pact), name=_title(pact))},
    }


def _listed(pact: Pact) -> Json:
    pair = at("pacts", "provider", pact.provider, "consumer", pact.consumer)
    consumer, provider = (
        {"name": name, "_links": {"self": link(at("pacticipants", name))}} for name in (pact.consumer, pact.provider)
    )
    version = {"_embedded": {"version": {"number": pact.version}}}
    return {
        "_embedded": {"consumer": consumer | version, "provider": provider},
        "_links": {"self": [link(f"{pair}/latest"), link(_path(pact))]},
    }


def _shown(pact: Pact) -> Answer:
    path = _path(pact)
    links = {
        "self": link(path, name=_title(pact)),
        "pb:provider": link(at("pacticipants", pact.provider), name=pact.provider),
        "pb:consumer": link(at("pacticipants", pact.consumer), name=pact.consumer),
        "pb:publish-verification-results": link(f"{path}/verification-results"),
    }
    shown = answer(pact.content | {"_links": links})
    shown.headers["X-Pact-Consumer-Version"] = pact.version
    return shown


def _path(pact: Pact) -> str:
    return at("pacts", "provider", pact.provider, "consumer", pact.consumer, "version", pact.version)


def _title(pact: Pact) -> str:
    return f"Pact between {pact.consumer} ({pact.version}) and {pact.provider}"
