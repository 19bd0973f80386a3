"""`harness stories` and `harness replay`: stories played from a seed, without sockets, in no time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulators.cli.telling import tell
from simulators.cli.usage import WrongUsage
from simulators.world.runs import SERVICES, Run, perform, read_run, replay
from simulators.world.stories import STORIES, story_named

if TYPE_CHECKING:
    from simulators.world.client import Json
    from simulators.world.stories import Story

SIGNS = {"holds": ("✓", "good"), "violated": ("✗", "bad"), "not yet": ("·", "message")}


@click.command(epilog="Example: harness stories lost-webhook --service naive --seed 7")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--service", default="reference", show_default=True, help=f"{', '.join(SERVICES)}, or package.module:factory."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws ids, and who works first.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the run of one story in this file.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: the run of each story.")
def stories(names: tuple[str, ...], service: str, seed: int, save: Path | None, *, as_json: bool) -> None:
    """Play guided stories and judge them by every promise: all in a line each, or those named in full."""
    try:
        chosen = [story_named(name) for name in names] or list(STORIES)
        if save and len(chosen) != 1:
            raise WrongUsage("--save keeps the run of one story: name one")
        runs = [_performed(story, service, seed, in_full=bool(names), as_json=as_json) for story in chosen]
    except LookupError as unknown:
        raise WrongUsage(str(unknown)) from unknown
    if save:
        save.write_text(runs[0].text, encoding="utf-8")
    sys.exit(0 if all(each.ended_well for each in runs) else 1)


@click.command("replay", epilog="Example: harness replay run.json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--service", help="The run's service, if it has no short name.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def replay_run(file: Path, service: str | None, *, as_json: bool) -> None:
    """Play a run again that `harness stories --save` has kept, and say whether all is the same."""
    try:
        run = read_run(file.read_text(encoding="utf-8"))
        difference = replay(run, service=service).difference
    except (LookupError, ValueError) as wrong:
        raise WrongUsage(f"{file}: {wrong}") from wrong
    if as_json:
        click.echo(json.dumps({"identical": not difference, "difference": difference or None}))
    elif difference:
        tell(f"✗ it is another run now, first at {difference}", "bad")
        tell(f"  it was told with {_versions(run)}", "quiet")
    else:
        tell(f"✓ the same, byte for byte: {len(run.document['exchanges'])} exchanges", "good")
    sys.exit(1 if difference else 0)


def _performed(story: Story, service: str, seed: int, *, in_full: bool, as_json: bool) -> Run:
    loudly = in_full and not as_json
    run = perform(story, seed=seed, service=service, **({"tell": tell} if loudly else {}))
    if as_json:
        click.echo(json.dumps(run.document))
    elif in_full:
        _show_promises(run.document)
    else:
        _show_line(run.document)
    return run


def _show_promises(document: Json) -> None:
    tell("What must hold whatever happens", "aside")
    for each in document["invariants"]:
        sign, tone = SIGNS[each["standing"]]
        tell(f"{sign} I{each['number']:<3}{each['name']:<30}{each['standing']}", tone)
    for way, command in document["again"].items():
        tell(f"again, in a {way}: {command}" if way == "terminal" else f"again, as a {way}: {command}", "aside")


def _show_line(document: Json) -> None:
    told = document["told"]
    sign, tone = ("✓", "good") if told["endedWell"] else ("✗", "bad")
    tell(f"{sign} {document['story']:<18} {told['outcome'] or 'open':<10} {told['sentence']}", tone)


def _versions(run: Run) -> str:
    return ", ".join(f"{name} {number}" for name, number in run.document["versions"].items())
