from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from pact.error import MismatchesError

from tests.contracts.consumers.pact_recorder import Contract, Drafts
from tests.contracts.expectations import Json

AUTHORIZED = {"Authorization": "Bearer pact-service-token"}


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path)


def greeting(drafts: Drafts, status: int = 200) -> Contract:
    contract = drafts.contract("ada", "ben")
    contract.call("a greeting", "GET", "/hello").will_respond_with(status)
    return contract


def written(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def test_what_went_well_is_written(drafts: Drafts, tmp_path: Path) -> None:
    with greeting(drafts).served() as url:
        assert requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5).status_code == 200
    assert written(tmp_path) == ["ada-ben.json"]


def test_a_call_that_was_not_made_as_declared_is_not_written(drafts: Drafts, tmp_path: Path) -> None:
    with pytest.raises(MismatchesError), greeting(drafts).served() as url:
        requests.get(f"{url}/hello", timeout=5)
    assert written(tmp_path) == []


def test_a_message_that_was_not_understood_is_not_written(drafts: Drafts, tmp_path: Path) -> None:
    def stumble(body: Any, metadata: Json) -> None:
        raise KeyError

    contract = drafts.contract("ada", "ben")
    contract.message("news", {"text": "hello"})
    with pytest.raises(KeyError), contract.told(stumble):
        pass
    assert written(tmp_path) == []


def test_a_second_interaction_of_one_description_is_refused(drafts: Drafts) -> None:
    with greeting(drafts).served() as url:
        requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5)
    with pytest.raises(ValueError, match="described twice"), greeting(drafts, 204).served() as url:
        requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5)


def test_publishing_leaves_nothing_old(drafts: Drafts, tmp_path: Path) -> None:
    with greeting(drafts).served() as url:
        requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5)
    target = tmp_path / "pacts"
    target.mkdir()
    (target / "old.json").touch()
    drafts.publish(target)
    assert written(target) == ["ada-ben.json"]
    assert (target / "ada-ben.json").read_text().endswith("}\n")
