"""Pacticipants, as a broker calls whoever takes part, with their versions, branches and tags."""

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
    room = Blueprint("parties", __name__)

    @room.get("/pacticipants/<name>")
    def shown(name: str) -> Answer:
        return answer(_party(books.pacticipants[name])) if name in books.pacticipants else nobody(name)

    @room.post("/pacticipants")
    def created() -> Answer:
        about: Json = request.get_json()
        return _described(books, about.pop("name"), about)

    @room.patch("/pacticipants/<name>")
    def changed(name: str) -> Answer:
        return _described(books, name, request.get_json(force=True))

    @room.get("/pacticipants/<name>/latest-version", defaults={"tag": None})
    @room.get("/pacticipants/<name>/latest-version/<tag>")
    def latest(name: str, tag: str | None) -> Answer:
        version = books.latest(name, tag)
        return answer(_version(books, version)) if version else nobody(f"a version of {name}")

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

    return room


def _described(books: Books, name: str, about: Json) -> Answer:
    status = 200 if name in books.pacticipants else 201
    books.pacticipant(name).about.update(about)
    return answer(_party(books.pacticipant(name)), status)


def _party(party: Pacticipant) -> Json:
    path = at("pacticipants", party.name)
    templates = {name: link(path + template, templated=True) for name, template in TEMPLATES.items()}
    return {"name": party.name, **party.about, "_links": {"self": link(path), **templates}}


def _version(books: Books, version: Version) -> Json:
    path = at("pacticipants", version.pacticipant, "versions", version.number)
    deployments = [
        link(f"{path}/deployed-versions/environment/{each.uuid}", name=each.name, title="Record deployment")
        for each in books.environments.values()
    ]
    return {"number": version.number, "_links": {"self": link(path), "pb:record-deployment": deployments}}
