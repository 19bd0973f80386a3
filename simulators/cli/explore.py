"""`harness explore`: storm after storm until a promise breaks, and the smallest storm that breaks it."""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from simulators.cli import completion
from simulators.cli.check import subject_fields
from simulators.cli.exploring import Exploring, Files
from simulators.cli.own_service import command_option, env_option, factory_option
from simulators.cli.usage import WrongUsage, explain_problems
from simulators.clients.payments import READINESS
from simulators.explore.search import Plan
from simulators.explore.spec import StormSpec
from simulators.kit.seams import Clock

LAST_SEED, ORDERS = 99, 200
UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
FILE = click.Path(dir_okay=False, path_type=Path)


class SeedsType(click.ParamType[Any]):
    """Seeds from one to another, as `0-99`."""

    name = "A-B"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int]:  # noqa: ANN401 - click's own
        """Return both, or fail with what is wrong."""
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", str(value))
        if not found or int(found[2] or found[1]) < int(found[1]):
            self.fail(f"{value!r} is no range of seeds, such as 0-99", param, ctx)
        return int(found[1]), int(found[2] or found[1])


class SpanType(click.ParamType[Any]):
    """A span of time, as `90s`, `10m` or `8h`."""

    name = "SPAN"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:  # noqa: ANN401 - click's own
        """Return it, or fail with what is wrong."""
        if not (found := re.fullmatch(r"(\d+)([smh])", str(value))):
            self.fail(f"{value!r} is no span of time, such as 90s, 10m or 8h", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.command(epilog="Example: harness explore --seeds 0-9 --service naive")
@click.option("--seeds", type=SeedsType(), help="These.  [default: 0-99, or from 0 on --for a time]")
@click.option("--for", "span", type=SpanType(), help="So long: 90s, 10m, 8h.")
@click.option("--storm", "name", help="Only this one, by its name, such as 7/3x3.", shell_complete=completion.storms)
@click.option(
    "--interleavings",
    "bound",
    type=click.IntRange(min=1),
    is_flag=False,
    flag_value=ORDERS,
    metavar="[N]",
    help=f"No storms, but every order of one purchase of each kind, N at most.  [N: {ORDERS}]",
)
@click.option("--purchases", type=click.IntRange(min=1), default=3, show_default=True, help="In each storm.")
@click.option("--faults", type=click.IntRange(0, 24), default=3, show_default=True, help="Kinds of them in each storm.")
@factory_option
@command_option
@env_option
@click.option("--jobs", type=click.IntRange(min=1), help="Processes at once.  [default: one for each core]")
@click.option("--cluster", default="", metavar="tcp://HOST:PORT", help="Let the workers of this Dask scheduler play.")
@click.option(
    "--stop-first/--collect",
    "stops_first",
    default=True,
    help="End at the first broken promise, or go on.  [default: end]",
)
@click.option(
    "--steer/--no-steer",
    "is_steered",
    default=True,
    help="Whether every second storm goes where none was.",
)
@click.option("--coverage", type=FILE, help="Write what was seen, and what was not, as a page to this file.")
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), help="Keep what failed as runs here.")
@click.option("--write-test", "test", type=FILE, help="Write the first of them to this file, for pytest.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: each storm, and what it comes to.")
def explore(
    seeds: tuple[int, int] | None,
    span: timedelta | None,
    name: str | None,
    *,
    bound: int | None,
    jobs: int | None,
    cluster: str,
    as_json: bool,
    **named: Any,  # noqa: ANN401 - the options for the service, for the size, and for the files
) -> None:
    """Try storms of random purchases and faults, each by its seed, and make small what breaks a promise.

    The same seeds are the same storms, byte for byte, whoever plays them.

    Exit codes: 0 every promise held, 1 one was broken, 2 wrong usage, 130 ended by Ctrl-C.
    """
    if bool(seeds) + bool(span) + bool(name) + bool(bound) > 1:
        raise WrongUsage("one of --seeds, --for, --storm and --interleavings")
    options = {option: named.pop(option) for option in ("purchases", "faults", "stops_first", "is_steered")}
    files = Files(*(named.pop(file) for file in ("coverage", "save", "test")))
    subject = subject_fields(env_file=None, workdir=Path(), ready_path=READINESS, **named)
    jobs = jobs or os.cpu_count() or 1
    exploring = Exploring(subject, files, is_quiet=as_json)
    with explain_problems():
        if name:
            has_held = exploring.run_one(_spec(name))
        elif bound:
            has_held = exploring.run_orders(bound, jobs, cluster)
        else:
            has_held = exploring.run(_plan(seeds, span, options), jobs, cluster)
    sys.exit(0 if has_held else 1)


def _plan(seeds: tuple[int, int] | None, span: timedelta | None, options: dict[str, Any]) -> Plan:
    first, last = seeds or (0, None if span else LAST_SEED)
    return Plan(first, last, Clock().now() + span if span else None, **options)


def _spec(name: str) -> StormSpec:
    try:
        return StormSpec.parse(name)
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from wrong
