"""Pacticipants, as a broker calls whoever takes part, with their versions, branches, tags and deployments."""

from __future__ import annotations

from flask import Blueprint, request

from tests.contracts.broker.books import Books, Pacticipant, Version
from tests.contracts.broker.hal import Answer, answer, at, link, nobody
from tests.contracts.expectations import Json

TEMPLATES = {
    "pb:version": "/versions/{version}",
    "pb:version-tag": "/versions/{version}/tags/{tag}",
    "pb:branch-version": "/branches/{branch}/versions/{version}",
}


def routes(books: Books) -> Blueprint:
    room = Blueprint("pacticipants", __name__)

    @room.get("/pacticipants/<name>")
    def shown(name: str) -> Answer:
        return answer(_party(books.pacticipants[name])) if name in books.pacticipants else nobody(name)

    @room.get("/pacticipants/<name>/versions/<number>")
    def version(name: str, number: str) -> Answer:
        known = name in books.pacticipants and number in books.pacticipants[name].versions
        return answer(_version(books, books.version(name, number))) if known else nobody(f"{name} {number}")

    @room.put("/pacticipants/<name>/branches/<path:branch>/versions/<number>")
    def branched(name: str, branch: str, number: str) -> Answer:
        books.version(name, number).branches.add(branch)
        return answer({"_links": {"self": link(at("pacticipants", name, "branches", branch, "versions", number))}})

    @room.put("/pacticipants/<name>/versions/<number>/tags/<tag>")
    def tagged(name: str, number: str, tag: str) -> Answer:
        tags = books.version(name, number).tags
        status = 200 if tag in tags else 201
        tags.add(tag)
        return answer({"_links": {"self": link(at("pacticipants", name, "versions", number, "tags", tag))}}, status)

    @room.post("/pacticipants/<name>/versions/<number>/deployed-versions/environment/<environment>")
    def deployed(name: str, number: str, environment: str) -> Answer:
        books.deployed.setdefault(environment, {})[name] = number
        target = request.get_json().get("applicationInstance")
        return answer({"currentlyDeployed": True, "applicationInstance": target, "target": target}, 201)

    return room


def _party(party: Pacticipant) -> Json:
    path = at("pacticipants", party.name)
    templates = {name: link(path + template, templated=True) for name, template in TEMPLATES.items()}
    return {"name": party.name, "_links": {"self": link(path), **templates}}


def _version(books: Books, version: Version) -> Json:
    path = at("pacticipants", version.pacticipant, "versions", version.number)
    deployments = [link(path + at("deployed-versions", "environment", name), name=name) for name in books.deployed]
    return {"number": version.number, "_links": {"self": link(path), "pb:record-deployment": deployments}}
