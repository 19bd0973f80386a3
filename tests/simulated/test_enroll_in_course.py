"""The promises of buying a course, each kept in a world."""

import pytest
from pytest_bdd import scenarios

pytestmark = pytest.mark.usefixtures("world_kind")

scenarios("../../features/enroll_in_course.feature")
