"""The page of the run that a person makes by hand: its acts, its file, and how it is played again in new services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from http import HTTPStatus
from importlib.metadata import version

from flask import Blueprint, Response, abort, current_app, g, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from simulators.console.acts import FORMAT, Messages, adapt, weeks_later
from simulators.console.responses import page, session, world
from simulators.kit.json_types import Json

routes = Blueprint("hand_made", __name__)
NAMES = ("studentId", "context", "state", "outcome")


@routes.get("/runs/by-hand")
def show() -> ResponseReturnValue:
    """What was done since the beginning, and how each purchase stands."""
    return _page()


@routes.get("/runs/by-hand/file")
def export() -> ResponseReturnValue:
    """The same as a file, which can be played again."""
    log = session().acts
    whole = {
        "format": FORMAT,
        "versions": {"payment-flow-harness": version("payment-flow-harness")},
        "service": session().service_name,
        "began": log.began.isoformat(),
        "acts": [asdict(each) for each in log.acts],
        "ends": list(_endings()),
    }
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    headers = {"Content-Disposition": 'attachment; filename="by-hand.json"'}
    return Response(text, headers=headers, content_type="application/json")


@routes.after_app_request
def note_act(answer: Response) -> Response:
    """Keep what a person did, so that it can be played again."""
    if request.method == "POST" and answer.status_code < HTTPStatus.BAD_REQUEST:
        fields = request.get_json(silent=True) if request.is_json else request.form.to_dict()
        log, now = session().acts, world().clock.now()
        log.note(now, request.path, fields or {}, g.pop("made", ()), lambda: Messages(session().deliveries()))
    return answer


def replay_acts(found: Json) -> ResponseReturnValue:
    """Play the acts again in new services, and say whether every purchase ended as it did."""
    if found["service"] not in session().services:
        abort(HTTPStatus.BAD_REQUEST, f"It is a run of {found['service']}; here are {', '.join(session().services)}.")
    with session().acting():
        session().reset(found["service"])
        stopped = _play(found)
        session().say("The run was played again, in new services.")
    return _page(isReplay=True, difference=stopped or _difference(found["ends"]))


def _play(found: Json) -> str:
    """Play all acts; return why one could not be, or nothing."""
    later, ids = weeks_later(found, world().clock.now()), dict[str, str]()
    if later:
        _pass_until(datetime.fromisoformat(found["began"]) + later)
    session().begin_acts()
    client = current_app.test_client()
    for number, act in enumerate(found["acts"], 1):
        world().settle()
        _pass_until(session().acts.began + timedelta(seconds=act.after))
        try:
            made = _act(client, *adapt(act, ids, Messages(session().deliveries()), later))
        except LookupError as problem:
            return f"Act {number}, {act.path}: {problem.args[0]}."
        ids |= dict(zip(act.made, made, strict=False))
    world().settle()
    return ""


def _act(client: FlaskClient, path: str, fields: Json) -> tuple[str, ...]:
    """Press a button as a program does; return what was made. LookupError says why that did not work."""
    answer = client.post(path, data=fields, base_url=request.host_url, headers={"Accept": "application/json"})
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise LookupError((answer.get_json(silent=True) or {}).get("detail", answer.status))
    return session().acts.acts[-1].made


def _pass_until(instant: datetime) -> None:
    world().pass_time(max(instant - world().clock.now(), timedelta(0)))


def _endings() -> Iterator[Json]:
    """Yield how each purchase that an act has begun stands: it may go on."""
    for saga_id in session().acts.sagas:
        saga = world().payment.find_saga(saga_id) or {}
        yield {name: saga.get(name) for name in NAMES}


def _difference(before: list[Json]) -> str:
    now = list(_endings())
    for number, (was, is_) in enumerate(zip(before, now, strict=False), 1):
        if was != is_:
            return f"Purchase {number}, of {was['studentId']}, was {was['state']} and is {is_['state']}."
    return "" if len(before) == len(now) else f"There were {len(before)} purchases, and there are {len(now)}."


def _page(*, isReplay: bool = False, difference: str = "") -> ResponseReturnValue:  # noqa: N803 - as JSON has it
    log = session().acts
    return page(
        "hand_made.html", acts=[asdict(each) for each in log.acts], isReplay=isReplay, difference=difference,
        purchases=[{"sagaId": id_, **each} for id_, each in zip(log.sagas, _endings(), strict=True)],
        _times=[log.began + timedelta(seconds=each.after) for each in log.acts],
    )  # fmt: skip
