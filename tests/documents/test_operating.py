"""What operators are told to watch is there, all that is there is told of, and what they are told to do can be done."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families

from simulators.cli import main
from tests.rooms.source import ROOT
from tests.unit.reference.web.service_under_test import Service

PAGE = (ROOT / "reference" / "OPERATING.md").read_text()
METRICS = (ROOT / "reference" / "web" / "metrics.py").read_text()
SUFFIX = re.compile(r"_(total|bucket)$")


def test_each_metric_is_watched_and_what_is_watched_is_a_metric(tmp_path: Path) -> None:
    answer = Service(tmp_path / "payments.sqlite3").client.get("/metrics")
    families = {family.name: family.type for family in text_string_to_metric_families(answer.text)}
    watched = set(re.findall(r"\bpayments_\w+", PAGE))
    assert {SUFFIX.sub("", each) for each in watched} == set(families)
    suffixes = {"counter": "_total", "histogram": "_bucket", "gauge": ""}
    shown = {name + suffixes[kind] for name, kind in families.items()}
    assert watched - set(families) <= shown, "a counter is asked for by its whole name"


def test_each_label_is_one() -> None:
    grouped = [label for group in re.findall(r"by \(([a-z, ]+)\)", PAGE) for label in group.split(", ")]
    labels = {*grouped, *re.findall(r"(\w+)=\"", PAGE)} - {"le"}
    assert labels
    assert [label for label in labels if f'"{label}"' not in METRICS] == []


@pytest.mark.parametrize("text", sorted(set(re.findall(r"`harness ([^`]+)`", PAGE))))
def test_each_command_is_one(text: str) -> None:
    command: click.Command = main
    words = text.replace("…", "").split()
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_each_setting_is_one() -> None:
    known = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)", PAGE)) <= known
