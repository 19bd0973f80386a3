"""`harness replay`: a run that was kept, played again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from simulators.cli.terminal import tell
from simulators.cli.usage import WrongUsage
from simulators.explore.storm_run import read_any_run, replay_any_run
from simulators.stories.run import Run


@click.command("replay", epilog="Example: harness replay run.json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--service", help="The run's service, if it is one of your own: package.module:factory.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def replay_run(file: Path, service: str | None, *, as_json: bool) -> None:
    """Play a run again that was kept by `--save`, of a story or of a storm, and say whether all is the same."""
    try:
        run = read_any_run(file.read_text(encoding="utf-8"), service=service)
    except ValueError as wrong:
        raise WrongUsage(f"{file}: {wrong}") from wrong
    difference = replay_any_run(run).difference
    if as_json:
        click.echo(json.dumps({"identical": not difference, "difference": difference or None}))
    elif difference:
        tell(f"✗ it is another run now, first at {difference}", "bad")
        tell(f"  it was told with {_versions(run)}", "quiet")
    else:
        tell(f"✓ the same, byte for byte: {len(run.document['exchanges'])} exchanges", "good")
    sys.exit(1 if difference else 0)


def _versions(run: Run) -> str:
    return ", ".join(f"{name} {number}" for name, number in run.document["versions"].items())
