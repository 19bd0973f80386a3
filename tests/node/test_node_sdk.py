from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.foreign.service import install_packages
from tests.stripe_world import SECRET, Webhook, World, stripe_world

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout
    return int(version.removeprefix("v").partition(".")[0]) >= 20


pytestmark = [
    pytest.mark.node,
    pytest.mark.served,
    pytest.mark.skipif(not has_node(), reason="NOT TESTED: the Stripe SDK for Node, for want of node 20 and npm"),
]


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    install_packages()


@pytest.fixture
def world() -> Iterator[World]:
    with stripe_world() as world:
        yield world


def node(script: str, *arguments: str, given: bytes = b"") -> Any:
    command = ["node", script, *arguments]
    done = subprocess.run(command, cwd=HERE, check=True, input=given, capture_output=True, timeout=60)
    return json.loads(done.stdout)


def verified(webhook: Webhook) -> Any:
    return node("verify.js", webhook.signature, SECRET, given=webhook.body)


def test_the_official_sdk_for_node_pays_and_believes_our_webhooks(world: World) -> None:
    shown = node("pay.js", world.url)
    assert shown["decline"] == ["StripeCardError", "card_declined"]
    assert shown["status"] == "succeeded"
    world.settle()
    assert verified(world.receiver.got[-1]) == {"type": "payment_intent.succeeded", "object": shown["id"]}


def test_the_official_sdk_for_node_keeps_a_card_holds_money_and_sends_people_to_the_pages(world: World) -> None:
    shown = node("shop.js", world.url)
    assert (shown["held"], shown["taken"], shown["found"]) == ("requires_capture", ["succeeded", 1500], [True])
    assert shown["asked"] == ["requires_action", "redirect_to_url"]
    assert (shown["items"], shown["lacking"]) == ([4900], [501, "not_simulated"])
    for page in (shown["bank"], shown["page"]):
        assert "49.00 EUR" in world.http.get(page).text


def test_the_official_sdk_for_node_does_not_believe_a_forged_webhook(world: World) -> None:
    world.plant("wrong_signature", times=None)
    node("pay.js", world.url)
    world.settle()
    with pytest.raises(subprocess.CalledProcessError) as refusal:
        verified(world.receiver.got[-1])
    assert b"StripeSignatureVerificationError" in refusal.value.stderr
