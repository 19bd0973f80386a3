"""Whatever is sent to a service: no 5xx by content, no traceback, and a refusal moves no state.

`make fuzz` sends 20,000 requests to each, `make test` a few hundred; FUZZ_REQUESTS and FUZZ_SEED say otherwise.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from simulators.world.topology import PORTS
from tests.fuzz.mutator import Mutator
from tests.fuzz.target import Errors, Target

REQUESTS, SEED = int(os.environ.get("FUZZ_REQUESTS", "200")), os.environ.get("FUZZ_SEED", "1")
A_LIFE = 400  # so many requests, then the world is built anew


@pytest.fixture
def errors() -> Iterator[Errors]:
    errors = Errors()
    logging.getLogger().addHandler(errors)
    yield errors
    logging.getLogger().removeHandler(errors)


@pytest.mark.parametrize("service", PORTS)
def test_no_request_breaks_a_service_and_no_refusal_changes_it(tmp_path: Path, errors: Errors, service: str) -> None:
    target = Target(service, tmp_path)
    mutator = Mutator(target.samples, target.rules, Random(f"{SEED}/{service}"))
    statuses: Counter[int] = Counter()
    for number in range(REQUESTS):
        request = mutator.draw()
        before = target.state()
        status, is_refusal = target.send(request)
        statuses[status] += 1
        assert status < 500 or status == 501, f"{number}: {request} → {status}\n{errors.found}"
        if is_refusal:
            assert target.state() == before, f"{number}: {request} → {status} changed something"
        target.rest()
        if number % A_LIFE == A_LIFE - 1 or (status < 400 and request.is_deep):
            target.renew()
        assert errors.found == [], f"{number}: {request} → {status}\n{errors.found}"
    target.close()
    assert statuses[200] + statuses[201] + statuses[202] + statuses[204] >= REQUESTS // 20, statuses
