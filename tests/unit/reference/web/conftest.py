from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from responses import RequestsMock

from reference.storage.database import migrate, open_database
from tests.unit.reference.web.service_under_test import Service


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("doors") / "migrated.sqlite3"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.writing.dispose()
    database.reading.dispose()
    return path


@pytest.fixture
def service(migrated: Path, tmp_path: Path) -> Service:
    return Service(Path(shutil.copy(migrated, tmp_path / "payments.sqlite3")))


@pytest.fixture
def world() -> Iterator[RequestsMock]:
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
