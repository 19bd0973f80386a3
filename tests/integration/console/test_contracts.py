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
    page = visitor.read_page("/contracts/")
    assert "CREATE_ENROLLMENT_RECORD" in page
    assert '<a href="/contracts/" aria-current="page">Contracts</a>' in page
    pair = visitor.read_page("/contracts/payment-service.stripe.html")
    assert '<a href="index.html">The contracts</a>' in pair
    assert '<nav aria-label="Pages">' in pair
    assert visitor.get("/contracts/nothing.html").status_code == 404
    content = visitor.read_json("/contracts/")["items"]
    assert {"consumer": "student-app", "provider": "learning-service", "interactions": 6} in content


@pytest.mark.parametrize(("kind", "path"), [("contracts", "/contracts/"), ("book", "/promises/")])
def test_what_was_made_elsewhere_brings_no_style_for_the_frame(visitor: Visitor, kind: str, path: str) -> None:
    page, style = visitor.read_page(path), visitor.get(f"{path}style.css")
    assert "<style" not in page
    assert f'<div class="framed {kind}" data-live="framed">' in page
    assert style.content_type.startswith("text/css")
    assert style.text.startswith(f".{kind} {{")
    assert style.text.count("{") == style.text.count("}")
