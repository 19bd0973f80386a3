"""Provider states that several contracts share; those of one service are in purchases and stripe_account."""

from __future__ import annotations

import json
from functools import partial

from flask import Flask

from tests.contracts.expectations import CLOUDEVENT, HEARD_BEFORE, OBEYED, TOKENS, Json, plain
from tests.contracts.messages import REPEATED, message_example
from tests.contracts.providers.local_provider import EnterState
from tests.contracts.providers.services import AS_KNOWN, has_course, is_enrolled


def access(*states: str) -> dict[str, EnterState]:
    """Tokens that are known or not: our services know the contracts' from the start."""

    def enter(state: str, params: Json) -> None:
        assert params["token"] == TOKENS[state]

    return {state: partial(enter, state) for state in states}


def handed_over_before(name: str, app: Flask) -> dict[str, EnterState]:
    def enter(params: Json) -> None:
        example = message_example(name, params["message"])
        headers = AS_KNOWN | {"Content-Type": CLOUDEVENT}
        answer = app.test_client().post(example.door, data=json.dumps(plain(example.sent())), headers=headers)
        assert answer.status_code == 202, answer.text

    return {HEARD_BEFORE: enter}


def obeyed_before() -> dict[str, EnterState]:
    """The stories that end in a repetition begin with this decision."""

    def enter(params: Json) -> None:
        assert params in [example.known for example in REPEATED]

    return {OBEYED: enter}


def courses(school: Flask) -> dict[str, EnterState]:
    def empty(_: Json) -> None:
        assert school.test_client().post("/_sim/reset").status_code == 204

    def add_course(params: Json, *, published: bool) -> None:
        empty(params)
        has_course(school, params["courseId"], published=published)

    return {
        "no course": empty,
        "a course that is not published": lambda params: add_course(params, published=False),
        "a published course": lambda params: add_course(params, published=True),
    }


def enrolled(school: Flask) -> dict[str, EnterState]:
    def enter(params: Json) -> None:
        courses(school)["a published course"](params)
        is_enrolled(school, "ada", params["courseId"])

    return {"a course in which ada is enrolled": enter}
