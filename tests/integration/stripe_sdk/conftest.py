from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stripe_world import World, stripe_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    import stripe


@pytest.fixture
def world() -> Iterator[World]:
    with stripe_world() as world:
        yield world


@pytest.fixture
def client(world: World) -> stripe.StripeClient:
    return world.client()


@pytest.fixture
def student(world: World) -> stripe.StripeClient:
    """What a student's app is: it has a publishable key, and gets the client secret."""
    return world.client("pk_test_of_the_tests")
