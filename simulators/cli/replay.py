"""`harness replay`: a run that was kept, played again; whoever made it."""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from simulators.cli.terminal import tell
from simulators.cli.usage import WrongUsage
from simulators.console.acts import read_acts
from simulators.console.app import create_app
from simulators.console.session import Session
from simulators.explore.storm_run import read_any_run, replay_any_run
from simulators.stories.run import Run
from simulators.world.together import ANY_PORTS


@click.command("replay", epilog="Example: harness replay run.json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--service", help="The run's service, if it is one of your own: package.module:factory.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def replay_run(file: Path, service: str | None, *, as_json: bool) -> None:
    """Play a run again, and say whether all is the same.

    It is one of a story or a storm, kept by `--save`, or one made by hand, kept by the demo's page.
    """
    text = file.read_text(encoding="utf-8")
    try:
        difference, about = _replay_by_hand(text) if read_acts(text) else _replay_run(text, service)
    except ValueError as wrong:
        raise WrongUsage(f"{file}: {wrong}") from wrong
    if as_json:
        click.echo(json.dumps({"identical": not difference, "difference": difference or None}))
    elif difference:
        tell(f"✗ it is another run now, first at {difference}", "bad")
        tell(f"  {about}", "quiet")
    else:
        tell(f"✓ the same, {about}", "good")
    sys.exit(1 if difference else 0)


def _replay_run(text: str, service: str | None) -> tuple[str, str]:
    """Return where a story or a storm differs now, and what more there is to tell."""
    run = read_any_run(text, service=service)
    difference = replay_any_run(run).difference
    return difference, f"it was told with {_versions(run)}" if difference else _all_of(run)


def _replay_by_hand(text: str) -> tuple[str, str]:
    """Press the buttons of a hand-made run again, in the pages' own app; return what differs, and what was done."""
    with TemporaryDirectory() as folder, Session(Path(folder), ANY_PORTS) as session:
        pages = create_app(session).test_client()
        answer = pages.post(
            "/runs/import", data=text, base_url="http://127.0.0.1", headers={"Accept": "application/json"}
        )
        found = answer.get_json()
    if answer.status_code != HTTPStatus.OK:
        raise ValueError(found["detail"])
    return found["difference"], f"purchase by purchase: {len(found['acts'])} acts"


def _all_of(run: Run) -> str:
    return f"byte for byte: {len(run.document['exchanges'])} exchanges"


def _versions(run: Run) -> str:
    return ", ".join(f"{name} {number}" for name, number in run.document["versions"].items())
