"""What is true of payments whatever they are for."""

import pytest
from pytest_bdd import scenarios

pytestmark = pytest.mark.usefixtures("world_kind")

scenarios("../../features/payments.feature")
