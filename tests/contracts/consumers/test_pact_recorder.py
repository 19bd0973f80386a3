from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from pact.error import MismatchesError

from tests.contracts.consumers.pact_recorder import Contract, PactRecorder
from tests.contracts.expectations import Json

AUTHORIZED = {"Authorization": "Bearer pact-service-token"}


@pytest.fixture
def recorder(tmp_path: Path) -> PactRecorder:
    return PactRecorder(tmp_path)


def greeting(recorder: PactRecorder, status: int = 200) -> Contract:
    contract = recorder.contract("ada", "ben")
    contract.call("a greeting", "GET", "/hello").will_respond_with(status)
    return contract


def written(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def test_what_went_well_is_written(recorder: PactRecorder, tmp_path: Path) -> None:
    with greeting(recorder).serve() as url:
        assert requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5).status_code == 200
    assert written(tmp_path) == ["ada-ben.json"]


def test_a_call_that_was_not_made_as_declared_is_not_written(recorder: PactRecorder, tmp_path: Path) -> None:
    with pytest.raises(MismatchesError), greeting(recorder).serve() as url:
        requests.get(f"{url}/hello", timeout=5)
    assert written(tmp_path) == []


def test_a_message_that_was_not_understood_is_not_written(recorder: PactRecorder, tmp_path: Path) -> None:
    def stumble(body: Any, metadata: Json) -> None:
        raise KeyError

    contract = recorder.contract("ada", "ben")
    contract.message("news", {"text": "hello"})
    with pytest.raises(KeyError), contract.handling(stumble):
        pass
    assert written(tmp_path) == []


def test_a_second_interaction_of_one_description_is_refused(recorder: PactRecorder) -> None:
    with greeting(recorder).serve() as url:
        requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5)
    with pytest.raises(ValueError, match="described twice"), greeting(recorder, 204).serve() as url:
        requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5)


def test_publishing_leaves_nothing_old(recorder: PactRecorder, tmp_path: Path) -> None:
    with greeting(recorder).serve() as url:
        requests.get(f"{url}/hello", headers=AUTHORIZED, timeout=5)
    target = tmp_path / "pacts"
    target.mkdir()
    (target / "old.json").touch()
    recorder.publish(target)
    assert written(target) == ["ada-ben.json"]
    assert (target / "ada-ben.json").read_text().endswith("}\n")
