"""What keeps a case from being judged to its end is said in a sentence, not in a library's words."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from simulators.check.plugin import Silent, name_the_silent
from simulators.world.inside import Inside


@pytest.mark.parametrize(
    ("problem", "why"),
    [(requests.ReadTimeout, "in time"), (requests.ConnectionError, "and broke the connection off")],
)
def test_who_does_not_answer_is_named(problem: type[requests.RequestException], why: str, tmp_path: Path) -> None:
    with Inside(tmp_path) as world:
        asked = requests.Request("GET", world.payment.client.url + "/sagas/saga_1").prepare()
        with pytest.raises(Silent) as raised, name_the_silent(world):
            raise problem(request=asked)
    sentence = f"payment-service did not answer GET /sagas/saga_1 {why} ({problem.__name__})"
    assert str(raised.value) == sentence


def test_silence_of_nobody_in_particular_is_told_too() -> None:
    with pytest.raises(Silent, match="a service did not answer"), name_the_silent(None):
        raise requests.ConnectionError
