"""The official Stripe CLI: its `trigger` says "succeeded" whatever happened, so the events recorded are the judge."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.foreign.service import install_packages
from tests.stripe_world import World, stripe_world

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
COMMAND = HERE / "node_modules" / ".bin" / "stripe"

CREATED = "payment_intent.created"
PAID = (CREATED, "charge.succeeded", "payment_intent.succeeded")
REFUNDED = ("refund.created", "charge.refunded", "refund.updated", "charge.refund.updated")
HELD = (CREATED, "charge.succeeded", "payment_intent.amount_capturable_updated")
DECLINED = (CREATED, "charge.failed", "payment_intent.payment_failed")
INQUIRED = (CREATED, "charge.succeeded", "charge.dispute.created", "payment_intent.succeeded")
FOR_SALE = ("product.created", "price.created")

TRIGGERED = {
    "payment_intent.created": (CREATED,),
    "payment_intent.succeeded": PAID,
    "payment_intent.payment_failed": DECLINED,
    "payment_intent.canceled": (CREATED, "payment_intent.canceled"),
    "payment_intent.requires_action": (CREATED, "payment_intent.requires_action"),
    "payment_intent.amount_capturable_updated": HELD,
    "charge.succeeded": PAID,
    "charge.failed": DECLINED,
    "charge.captured": (*HELD, "charge.captured", "payment_intent.succeeded"),
    "charge.refunded": (*PAID, *REFUNDED),
    "charge.refund.updated": (*PAID, *REFUNDED, "refund.updated", "charge.refund.updated"),
    "charge.dispute.created": INQUIRED,
    "charge.dispute.updated": (*INQUIRED, "charge.dispute.updated"),
    "charge.dispute.closed": (*INQUIRED, "charge.dispute.closed"),
    "customer.created": ("customer.created",),
    "customer.updated": ("customer.created", "customer.updated"),
    "customer.deleted": ("customer.created", "customer.deleted"),
    "payment_method.attached": ("customer.created", "payment_method.attached"),
    "payment_method.detached": ("customer.created", "payment_method.attached", "payment_method.detached"),
    "product.created": ("product.created",),
    "product.updated": ("product.created", "product.updated"),
    "product.deleted": ("product.created", "product.deleted"),
    "price.created": FOR_SALE,
    "price.updated": (*FOR_SALE, "price.updated"),
    "checkout.session.completed": (*FOR_SALE, *PAID, "checkout.session.completed"),
    "checkout.session.expired": (*FOR_SALE, "checkout.session.expired"),
}


def has_npm() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))


pytestmark = [
    pytest.mark.node,
    pytest.mark.served,
    pytest.mark.skipif(not has_npm(), reason="NOT TESTED: the official Stripe CLI, for want of node and npm"),
]


@pytest.fixture(scope="module", autouse=True)
def _command() -> None:
    install_packages()


@pytest.fixture
def world() -> Iterator[World]:
    with stripe_world() as world:
        yield world


def trigger(world: World, event: str, home: Path) -> None:
    """Run the command as a person would, but with a home of its own: it keeps its settings and its news there."""
    asked = [str(COMMAND), "trigger", event, "--api-base", world.url, "--api-key", "sk_test_of_the_command"]
    environ = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "STRIPE_CLI_TELEMETRY_OPTOUT": "1"}
    done = subprocess.run(asked, env=environ, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def recorded(world: World) -> tuple[str, ...]:
    newest_first = world.client().v1.events.list({"limit": 100}).data
    return tuple(event.type for event in reversed(newest_first))


@pytest.mark.parametrize("event", TRIGGERED)
def test_the_official_command_triggers_what_it_names_and_all_that_comes_with_it(
    world: World, event: str, tmp_path: Path
) -> None:
    trigger(world, event, tmp_path)
    assert event in TRIGGERED[event]
    assert recorded(world) == TRIGGERED[event]
