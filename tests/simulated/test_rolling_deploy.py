"""A rolling deploy: a new version starts beside the one before, makes their schema larger, and both sell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from reference import app
from reference.settings import ConfigurationError
from simulators.judge.verdict import must_hold
from simulators.stories import play, story_named
from simulators.world.inside import Inside
from tests.integration.storage.test_versions import LARGER, NOT_SINCE, SINCE_OURS
from tests.integration.storage.versions import Newer
from tests.simulated.two_instances import join

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("closed_databases")]
STORIES = ("course", "session", "lost-webhook", "crash")
HERE = "tests.simulated.test_rolling_deploy:create_app"


def create_app(*arguments: Any, **seams: Any) -> Flask:
    """Return ours and, started after it, a newer version as one service: requests go to each in turn."""
    before = app.create_app(*arguments, **seams)
    with NEWER[0].running():
        after = app.create_app(*arguments, **seams)
    return join([before, after])


NEWER: list[Newer] = []


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[Newer]:
    folder = tmp_path / "newer"
    folder.mkdir()
    NEWER[:] = [Newer(folder)]
    NEWER[0].plant(SINCE_OURS, *LARGER)
    yield NEWER[0]
    NEWER.clear()


@pytest.mark.parametrize("story", STORIES)
def test_both_versions_sell_side_by_side(tmp_path: Path, postgres_url: str, newer: Newer, story: str) -> None:
    with Inside(tmp_path, service=HERE, database_url=postgres_url) as world:
        played = play(story_named(story), world)
        assert played.ended_well, played.sentence
        must_hold(world)


def test_readiness_tells_which_version_can_go_on(tmp_path: Path, postgres_url: str, newer: Newer) -> None:
    with Inside(tmp_path, database_url=postgres_url) as world:
        environ = world.topology.environ()
        before = app.create_app(environ)
        assert readiness(before) == 200
        with newer.running():
            after = app.create_app(environ)
            assert readiness(after) == 200
        assert readiness(before) == 200, "the version before goes on, and can be started again"
        assert readiness(app.create_app(environ)) == 200
        newer.plant(NOT_SINCE, 'op.drop_column("sagas", "note")')
        with newer.running():
            assert readiness(app.create_app(environ)) == 200
        assert readiness(before) == 503
        with pytest.raises(ConfigurationError, match="a database of a newer version of the service"):
            app.create_app(environ)


def readiness(service: Flask) -> int:
    return service.test_client().get("/readyz").status_code
