"""The options that several verbs take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from simulators.cli import completion
from simulators.contracts.pact_file import NotAPact, contracts_in
from simulators.package_data import PACTS
from simulators.world.topology import STRIPE

HERE = Path("pacts")


def pacts_by_default() -> Path:
    """Return the contracts that lie here, or else those that the harness brings along."""
    return HERE if HERE.exists() else PACTS


def providers(context: click.Context) -> Mapping[str, str]:
    """Return who is needed by a contract, for shells: of the contracts named before, or of ours."""
    place = context.params.get("pacts")
    try:
        found = contracts_in(place if isinstance(place, Path) else pacts_by_default())
    except (NotAPact, OSError):
        return {}
    needed: dict[str, list[str]] = {}
    for each in found:
        needed.setdefault(each.provider, []).append(each.consumer)
    return {provider: f"needed by {', '.join(consumers)}" for provider, consumers in sorted(needed.items())}


pacts = click.option(
    "--pacts",
    type=click.Path(path_type=Path),
    default=pacts_by_default,
    show_default="pacts, or else the harness's own",
    help="The contracts: a folder, or a file.",
)
without = click.option(
    "--without",
    multiple=True,
    default=[STRIPE],
    show_default=True,
    help="At a broker, not what is needed of this provider, who verifies nothing: nobody could ever be deployed.",
    shell_complete=completion.offer(providers),
)
as_json = click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
