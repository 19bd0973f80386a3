"""The command `harness`: a file for each of its verbs."""

from __future__ import annotations

import logging
import os
import sys

import click

from simulators.cli.check import check
from simulators.cli.contracts import contracts
from simulators.cli.dead_letters import dead_letters
from simulators.cli.demo import demo
from simulators.cli.explore import explore
from simulators.cli.reconcile import reconcile
from simulators.cli.replay import replay_run
from simulators.cli.sagas import sagas
from simulators.cli.serve import serve
from simulators.cli.simulate import simulate
from simulators.cli.stories import stories
from simulators.cli.token import token
from simulators.world.waiting import end_tidily


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="payment-flow-harness", prog_name="harness")
@click.pass_context
def main(context: click.Context) -> None:
    """Payment flows of a tutoring marketplace: simulated neighbours, stories, and a reference service.

    Exit codes: 0 fine, 1 something is wrong with what was checked, 2 wrong usage.
    """
    logs = logging.StreamHandler(sys.stderr)
    logs.setLevel(logging.WARNING)  # whatever a library's own logger lets through
    logging.basicConfig(handlers=[logs], format="%(levelname)s %(name)s: %(message)s")
    context.color = False if "NO_COLOR" in os.environ else None
    end_tidily()


for verb in (
    demo,
    check,
    explore,
    stories,
    replay_run,
    simulate,
    serve,
    token,
    reconcile,
    sagas,
    dead_letters,
    contracts,
):
    main.add_command(verb)
