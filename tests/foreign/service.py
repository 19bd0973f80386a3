"""The independent payment-service, started beside a world as its team would: by a command and an environment."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from simulators.world.serving import reserve, served_session
from simulators.world.together import Together
from simulators.world.topology import PAYMENT
from simulators.world.waiting import wait_for

FOLDER = Path(__file__).parent / "payment-service"
NODE_PACKAGES = Path(__file__).parent.parent / "node"
START_SECONDS = 30


def has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout
    return int(version.removeprefix("v").partition(".")[0]) >= 20


def install_packages() -> None:
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    with (NODE_PACKAGES / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Another worker of the tests may be at it.
        if not (NODE_PACKAGES / "node_modules" / "stripe" / "package.json").exists():
            subprocess.run(npm, cwd=NODE_PACKAGES, check=True, capture_output=True, timeout=120)


@contextmanager
def beside_a_world(folder: Path, mistake: str = "") -> Iterator[Together]:
    port = reserve({PAYMENT: 0})[PAYMENT]
    port.socket.close()
    with Together(folder, service_url=port.url) as world, serving(world, folder, mistake):
        yield world


@contextmanager
def serving(world: Together, folder: Path, mistake: str) -> Iterator[None]:
    url = world.topology.urls[PAYMENT]
    environ = {**os.environ, **world.topology.environ(), "PORT": url.rpartition(":")[2], "MISTAKE": mistake}
    log = folder / "service.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["node", FOLDER / "server.js"], cwd=folder, env=environ, stdout=output, stderr=output
        ) as process,
    ):
        try:
            assert wait_for(lambda: is_ready(url), START_SECONDS), log.read_text()
            yield
        finally:
            process.kill()


def is_ready(url: str) -> bool:
    with served_session("harness") as session:
        try:
            return session.get(f"{url}/readyz", timeout=1).ok
        except requests.RequestException:
            return False


@contextmanager
def beside_its_desk(jwt_secret: str) -> Iterator[dict[str, str]]:
    """Serve what a team serves while its service is verified, and yield where; it ends when its input does."""
    nowhere = "http://127.0.0.1:9"
    urls = ("STRIPE_API_BASE", "LEARNING_SERVICE_URL", "TUTOR_MATCHING_SERVICE_URL", "COMMUNICATION_SERVICE_URL")
    secrets = {"STRIPE_API_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x", "SERVICE_TOKEN": "x"}
    environ = {**os.environ, **dict.fromkeys(urls, nowhere), **secrets, "JWT_SECRET": jwt_secret}
    with subprocess.Popen(
        ["node", FOLDER / "desk.js"], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
