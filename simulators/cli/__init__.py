"""The command `harness`: a file for each of its verbs."""

from __future__ import annotations

import logging
import os
import sys

import click

from simulators.cli.verbs import Verbs
from simulators.world.waiting import end_tidily, was_interrupted

INTERRUPTED, TERMINATED = 130, 143
PLACES = {
    "check": "simulators.cli.check:check",
    "contracts": "simulators.cli.contracts:contracts",
    "dead-letters": "simulators.cli.dead_letters:dead_letters",
    "demo": "simulators.cli.demo:demo",
    "features": "simulators.cli.features:features",
    "env": "simulators.cli.env:env",
    "explore": "simulators.cli.explore:explore",
    "reconcile": "simulators.cli.reconcile:reconcile",
    "replay": "simulators.cli.replay:replay_run",
    "sagas": "simulators.cli.sagas:sagas",
    "serve": "simulators.cli.serve:serve",
    "simulate": "simulators.cli.simulate:simulate",
    "stories": "simulators.cli.stories:stories",
    "token": "simulators.cli.token:token",
}


class Harness(click.Group):
    """The command, which ends at once when it is told to, whatever it is about."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; exit code 130 after Ctrl-C, 143 when it was told to end before it had begun."""
        end_tidily()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(TERMINATED)
        finally:
            if was_interrupted():
                sys.exit(INTERRUPTED)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Load the verb, unless we were told to end meanwhile: an exception can be lost in what a module does."""
        found = super().resolve_command(ctx, args)
        if was_interrupted():
            raise KeyboardInterrupt
        return found


HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(cls=Harness, commands=Verbs(PLACES), context_settings=HELP)
@click.version_option(package_name="payment-flow-harness", prog_name="harness")
@click.pass_context
def main(context: click.Context) -> None:
    """Payment flows of a tutoring marketplace: simulated neighbours, stories, and a reference service.

    Exit codes: 0 fine, 1 something is wrong with what was checked, 2 wrong usage, 130 ended by Ctrl-C.
    """
    logs = logging.StreamHandler(sys.stderr)
    logs.setLevel(logging.WARNING)  # whatever a library's own logger lets through
    logging.basicConfig(handlers=[logs], format="%(levelname)s %(name)s: %(message)s")
    context.color = False if "NO_COLOR" in os.environ else None
