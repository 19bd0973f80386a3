"""Environments, and which versions are there."""

from __future__ import annotations

from flask import Blueprint, request

from tests.contracts.broker.books import Books, Deployment, Environment
from tests.contracts.broker.hal import Answer, answer, at, link, nobody
from tests.contracts.expectations import Json


def routes(books: Books) -> Blueprint:
    room = Blueprint("places", __name__)

    @room.get("/environments")
    def environments() -> Answer:
        every = list(books.environments.values())
        links = [link(at("environments", each.uuid), name=each.name) for each in every]
        shown = [_environment(each) for each in every]
        return answer({"_embedded": {"environments": shown}, "_links": {"pb:environments": links}})

    @room.post("/environments")
    def opened() -> Answer:
        return answer(_environment(books.open(**request.get_json())), 201)

    @room.get("/environments/<uuid>")
    def environment(uuid: str) -> Answer:
        return answer(_environment(books.environments[uuid])) if uuid in books.environments else nobody(uuid)

    @room.get("/environments/<uuid>/deployed-versions/currently-deployed")
    def deployed(uuid: str) -> Answer:
        there = books.deployed(uuid, request.args["pacticipant"])
        return answer({"_embedded": {"deployedVersions": [_deployment(each) for each in there]}})

    @room.post("/pacticipants/<name>/versions/<number>/deployed-versions/environment/<uuid>")
    def deploy(name: str, number: str, uuid: str) -> Answer:
        said: Json = request.get_json()
        version = books.version(name, number)
        return answer(_deployment(books.deploy(version, uuid, said.get("applicationInstance"))), 201)

    @room.patch("/deployed-versions/<uuid>")
    def changed(uuid: str) -> Answer:
        books.deployments[uuid].is_current = request.get_json(force=True)["currentlyDeployed"]
        return answer(_deployment(books.deployments[uuid]))

    return room


def _environment(each: Environment) -> Json:
    path = at("environments", each.uuid)
    links = {
        "self": link(path),
        "pb:currently-deployed-deployed-versions": link(f"{path}/deployed-versions/currently-deployed"),
    }
    return {"uuid": each.uuid, "name": each.name, "displayName": each.name.title(), **each.about, "_links": links}


def _deployment(each: Deployment) -> Json:
    return {
        "uuid": each.uuid,
        "currentlyDeployed": each.is_current,
        "applicationInstance": each.instance,
        "target": each.instance,
        "_embedded": {"version": {"number": each.version.number}},
        "_links": {"self": link(at("deployed-versions", each.uuid))},
    }
