"""The page of the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.console.conftest import Visitor

pytestmark = pytest.mark.served


def test_the_contracts_are_read_wherever_the_demo_was_started(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = visitor.get("/contracts")
    assert "CREATE_ENROLLMENT_RECORD" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    content = visitor.read_json("/contracts")["items"]
    assert {"consumer": "student-app", "provider": "learning-service", "interactions": 6} in content
