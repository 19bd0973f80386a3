"""As whom the command asks a service, and how it tells what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
from click.testing import CliRunner, Result
from responses import RequestsMock, matchers

from simulators.cli import main

SECRET = "a secret of at least thirty-two bytes"
LETTERS = "http://service.test/dead-letters"


@pytest.fixture
def service() -> Iterator[RequestsMock]:
    with RequestsMock() as mock:
        yield mock


def harness(*arguments: str, **environ: str) -> Result:
    known = {"HARNESS_SERVICE_URL": "http://service.test/", "JWT_SECRET": SECRET, "USER": "olga"}
    return CliRunner(env=known | {"HARNESS_TOKEN": ""} | environ).invoke(main, arguments)


def letter(number: int) -> dict[str, Any]:
    letter = {"id": number, "name": "CourseVerified", "sagaId": "saga_1", "source": "learning", "at": "today"}
    return letter | {"reason": "nobody knows it", "nextStep": "look"}


def page(*numbers: int, cursor: str | None = None) -> dict[str, Any]:
    return {"items": [letter(number) for number in numbers], "nextCursor": cursor}


def bearer(service: RequestsMock) -> str:
    return str(service.calls[-1].request.headers["Authorization"]).removeprefix("Bearer ")


@pytest.mark.parametrize("secrets", [SECRET, f"{SECRET}, the one that it replaces"])
@pytest.mark.parametrize(("options", "who"), [([], "olga"), (["--as", "otto"], "otto")])
def test_a_token_is_made_for_whoever_acts(service: RequestsMock, secrets: str, options: list[str], who: str) -> None:
    service.get(LETTERS, json=page())
    assert harness("dead-letters", "list", *options, JWT_SECRET=secrets).exit_code == 0
    claims = jwt.decode(bearer(service), SECRET, ["HS256"], options={"require": ["exp"]})
    assert (claims["sub"], claims["role"]) == (who, "operator")


def test_a_token_that_is_given_is_used(service: RequestsMock) -> None:
    service.get(LETTERS, json=page())
    harness("dead-letters", "list", "--token", "mine")
    assert bearer(service) == "mine"


def test_a_list_is_read_page_by_page_as_far_as_asked(service: RequestsMock) -> None:
    service.get(LETTERS, json=page(3, 2, cursor="2"))
    service.get(LETTERS, json=page(1), match=[matchers.query_param_matcher({"cursor": "2"})])
    output = harness("dead-letters", "list").output
    assert [line.partition(":")[0] for line in output.splitlines() if line[0] != " "] == ["3", "2", "1"]
    assert "  reason: nobody knows it\n  next step: look\n" in output
    service.get(LETTERS, json=page(3, 2, cursor="2"))
    assert len(harness("dead-letters", "list", "--limit", "2", "--json").output.splitlines()) == 2


@pytest.mark.parametrize(("status", "code"), [(400, 2), (401, 2), (403, 2), (404, 1), (409, 1), (503, 1)])
def test_a_refusal_is_reported_in_the_words_of_the_service(service: RequestsMock, status: int, code: int) -> None:
    service.post(f"{LETTERS}/7/retry", status=status, json={"title": "No", "detail": "It is too late."})
    answer = harness("dead-letters", "retry", "7", "--why", "because")
    assert (answer.exit_code, answer.output) == (code, "Error: It is too late.\n")


def test_a_service_that_does_not_answer_is_named(service: RequestsMock) -> None:
    service.get(LETTERS, body=requests.ConnectionError())
    answer = harness("dead-letters", "list")
    assert answer.exit_code == 2
    assert "no payment-service answers at http://service.test/" in answer.output


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["dead-letters", "retry", "7"], "--why"),
        (["dead-letters", "resolve", "7"], "--why"),
        (["sagas", "resume", "saga_1"], "--why"),
        (["dead-letters", "retry", "seven", "--why", "x"], "'seven' is not a valid integer"),
    ],
)
def test_what_is_missing_is_named(arguments: list[str], missing: str) -> None:
    answer = harness(*arguments)
    assert answer.exit_code == 2
    assert missing in answer.output


def test_nobody_acts_without_saying_who_he_is() -> None:
    answer = harness("sagas", "list", JWT_SECRET="")
    assert answer.exit_code == 2
    assert "--token" in answer.output
