"""The page of the contracts, where there are any."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served


def test_the_contracts_are_read_where_the_demo_is(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    answer = visitor.get("/contracts")
    assert "CREATE_ENROLLMENT_RECORD" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    content = visitor.read_json("/contracts")["items"]
    assert {"consumer": "student-app", "provider": "learning-service", "interactions": 6} in content


def test_where_there_are_none_the_page_says_so(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = visitor.get("/contracts", headers=JSON)
    assert answer.status_code == 404
    assert "no contracts here" in answer.get_json()["detail"]
    assert "no contracts here" in visitor.get("/contracts").text
