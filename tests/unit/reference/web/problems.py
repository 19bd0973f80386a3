"""What every refusal has in common."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


def assert_problem(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status


def assert_blames(answer: TestResponse, **fault: Any) -> None:
    """It is a problem that names this pointer, or this parameter, and says what is wrong with it."""
    assert_problem(answer, 400)
    (found,) = answer.get_json()["errors"]
    assert found.pop("detail")
    assert found == fault
