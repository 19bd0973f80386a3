"""One session for all: each test has students of its own, and calms what it broke."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from simulators.console.app import create_app
from simulators.console.session import Session
from simulators.world.together import ANY_PORTS

JSON = {"Accept": "application/json"}
HOST = "http://127.0.0.1:8080"


@pytest.fixture(scope="session")
def one_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A world that listens on ports of its own."""
    with Session(tmp_path_factory.mktemp("session"), ANY_PORTS) as session:
        session.pace_seconds = 0
        yield session


@pytest.fixture
def session(one_session: Session) -> Iterator[Session]:
    """The session, calm before and after."""
    yield one_session
    one_session.world.clear_faults()
    one_session.world.clock.resume()


class Visitor(FlaskClient):
    """Somebody's browser, or a program."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"base_url": HOST} | kwargs)

    def read_json(self, path: str) -> Any:
        """Return a page as JSON."""
        answer = self.get(path, headers=JSON)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def read_page(self, path: str) -> str:
        """Return a page as a person gets it."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def act(self, path: str, /, **sent: object) -> Any:
        """Press a button, as a program does; return what was said."""
        answer = self.post(path, data=sent, headers=JSON)
        assert answer.status_code == 200, answer.text
        return answer.get_json()


def visit(session: Session) -> Visitor:
    """Return somebody who looks at this session."""
    app = create_app(session)
    app.test_client_class = Visitor
    client = app.test_client()
    assert isinstance(client, Visitor)
    return client


@pytest.fixture
def visitor(session: Session) -> Visitor:
    return visit(session)


@pytest.fixture(scope="session")
def bought(one_session: Session) -> str:
    """A course that was bought and delivered; its saga."""
    return str(visit(one_session).act("/stories/course/play")["sagaId"])
