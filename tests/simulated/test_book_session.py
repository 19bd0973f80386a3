"""The promises of booking a session, each kept in a world."""

import pytest
from pytest_bdd import scenarios

pytestmark = pytest.mark.usefixtures("world_kind")

scenarios("../../features/book_session.feature")
