"""The recipes: each can be read, names what there is, and does what can be done here."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement

from simulators.cli import main
from simulators.cli.checking import JUNIT_FILE
from simulators.world.together import Together
from simulators.world.topology import SIMULATORS, STRIPE
from tests.documents.reading import blocks
from tests.installed.conftest import FILES, PARTS
from tests.node.test_node_sdk import has_node
from tests.rooms.source import ROOT

RECIPES = ROOT / "simulators" / "recipes"
CONTAINER = RECIPES / "Containerfile"
YAML = sorted(RECIPES.glob("*.yaml"))
START = """
const {{ start }} = require({module});
const headers = {{ Authorization: "Bearer sk_test_any" }};
start({{ command: {command} }}).then(async ({{ urls, secrets, stop }}) => {{
  const answer = await fetch(urls.stripe + "/v1/payment_intents", {{ headers }});
  console.log(JSON.stringify({{ data: (await answer.json()).data, names: Object.keys(secrets).sort() }}));
  await stop();
}});
"""


def texts(content: Any) -> Iterator[str]:
    """Yield every text of a document; a list of words is one line."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for each in content.values():
            yield from texts(each)
    elif isinstance(content, list):
        if content and all(isinstance(each, str) for each in content):
            yield shlex.join(content)
        for each in content:
            yield from texts(each)


def commands() -> Iterator[list[str]]:
    """Yield what the recipes give to the command, in a shell or as a container's words."""
    verbs = set(main.commands)
    for file in YAML:
        for text in texts(list(yaml.safe_load_all(file.read_text()))):
            words = shlex.split(text) if not text.startswith("$") else []
            if words[:1] == ["harness"] and words[1:]:
                yield words[1:]
            elif (words and words[0] in verbs and len(words) > 1) or words == ["simulate"]:
                yield words
    yield from (
        json.loads(each) for each in re.findall(r"^CMD (\[.*\])", (RECIPES / "Containerfile").read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_a_command_of_a_recipe_is_one(words: list[str]) -> None:
    command: click.Command = main
    context, left = main.make_context("harness", ["env"]), list(words)
    while isinstance(command, click.Group):
        command = command.commands[left.pop(0)]
    command.make_context(words[0], left, parent=context)


def test_the_recipes_judge_verify_publish_and_keep_the_report() -> None:
    said = [" ".join(each) for each in commands()]
    for verb in ("check --command", "contracts verify", "contracts publish", "simulate", "check --service-url"):
        assert any(each.startswith(verb) for each in said), verb
    gitlab = yaml.safe_load((RECIPES / "gitlab-ci.yaml").read_text())["promises"]
    assert gitlab["artifacts"]["reports"]["junit"] == f"{gitlab['artifacts']['paths'][0]}/{JUNIT_FILE}"
    steps = yaml.safe_load((RECIPES / "github-workflow.yaml").read_text())["jobs"]["check"]["steps"]
    (kept,) = [each for each in steps if each.get("uses", "").startswith("actions/upload-artifact")]
    assert f"--report {kept['with']['path']}" in steps[3]["run"]
    assert kept["if"] == "always()"


def test_the_container_has_no_root_and_its_packages_are_the_locked_ones() -> None:
    lines = CONTAINER.read_text().splitlines()
    last = max(number for number, each in enumerate(lines) if each.startswith("FROM"))
    assert "USER harness" in lines[last:]
    assert any("--constraint /wheels/versions.txt" in each for each in lines[last:])


def test_the_versions_of_the_container_have_no_hash_for_pip_would_want_one_of_our_wheel_too() -> None:
    (command,) = re.findall(
        r"^RUN (sed .*) requirements.lock >/wheels/versions.txt$", CONTAINER.read_text(), re.MULTILINE
    )
    lock = ROOT / "requirements.lock"
    versions = subprocess.run(["sh", "-c", f"{command} {lock}"], capture_output=True, text=True, check=True).stdout
    locked = re.findall(r"^([\w.-]+==[^\s;]+)", lock.read_text(), re.MULTILINE)
    named = [each for each in versions.splitlines() if not each.lstrip().startswith("#")]
    assert [Requirement(each).name for each in named] == [each.partition("==")[0] for each in locked]


def test_the_container_is_built_of_all_that_a_wheel_is_built_of() -> None:
    copied = [
        each for words in re.findall(r"^COPY (.+) \S+$", CONTAINER.read_text(), re.MULTILINE) for each in words.split()
    ]
    assert set(copied) == {*PARTS, *FILES, "requirements.lock"}


@pytest.mark.served
def test_the_health_check_of_the_containers_is_well_beside_the_simulators_and_not_without(tmp_path: Path) -> None:
    checks = re.findall(
        r'"(from urllib.request[^"]*_sim[^"]*)"',
        "".join(each.read_text() for each in RECIPES.iterdir() if each.is_file()),
    )
    (check,) = set(checks)
    with Together(tmp_path, service_url="http://127.0.0.1:8000", ports=dict.fromkeys(SIMULATORS, 0)) as world:
        here = check.replace("http://127.0.0.1:8010", world.topology.urls[STRIPE])
        assert subprocess.run([sys.executable, "-c", here], check=False).returncode == 0
    assert subprocess.run([sys.executable, "-c", here], check=False, stderr=subprocess.DEVNULL).returncode == 1


@pytest.mark.served
def test_a_world_without_pytest_is_made_as_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = blocks(RECIPES / "README.md", "python")
    known = {"Together": Together, "SIMULATORS": SIMULATORS, "STRIPE": STRIPE, "folder": tmp_path}
    exec(block.text, known)  # noqa: S102 - it is ours
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")


@pytest.mark.skipif(not has_node(), reason="NOT TESTED: the recipe for Node, for want of node 20")
@pytest.mark.node
@pytest.mark.served
def test_a_test_in_node_starts_the_simulators(tmp_path: Path) -> None:
    command = json.dumps(str(Path(sys.executable).parent / "harness"))
    script = START.format(module=json.dumps(str(RECIPES / "start.js")), command=command)
    done = subprocess.run(
        ["node", "-e", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"data": [], "names": ["JWT_SECRET", "SERVICE_TOKEN", "STRIPE_WEBHOOK_SECRET"]}
