"""`harness stories`: stories played from a seed, without sockets, in no time."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from simulators.cli import completion
from simulators.cli.terminal import tell
from simulators.cli.usage import WrongUsage
from simulators.judge.verdict import Standing
from simulators.kit.json_types import Json
from simulators.stories import STORIES, Story, silently, story_named
from simulators.stories.run import SERVICES, Run, commands, run_story
from simulators.world.local_service import factory_at

TONES = {Standing.HOLDS: "good", Standing.VIOLATED: "bad", Standing.NOT_YET: "message"}


@click.command(epilog="Example: harness stories lost-webhook --service naive --seed 7")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completion.offer(completion.stories))
@click.option(
    "--service",
    default="reference",
    show_default=True,
    help=f"{', '.join(SERVICES)}, or package.module:factory.",
    shell_complete=completion.offer(completion.services),
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws ids, and who works first.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the run of one story in this file.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: the run of each story.")
def stories(names: tuple[str, ...], service: str, seed: int, save: Path | None, *, as_json: bool) -> None:
    """Play guided stories and judge them by every promise: all in a line each, or those named in full."""
    try:
        chosen = [story_named(name) for name in names] or list(STORIES)
        factory_at(SERVICES.get(service, service))
    except LookupError as unknown:
        raise WrongUsage(str(unknown)) from unknown
    if save and len(chosen) != 1:
        raise WrongUsage("--save keeps the run of one story: name one")
    runs = [_play(story, service, seed, in_full=bool(names), as_json=as_json) for story in chosen]
    if save:
        _keep(runs[0], save)
    sys.exit(0 if all(each.ended_well for each in runs) else 1)


def _keep(run: Run, file: Path) -> None:
    try:
        file.write_text(run.text, encoding="utf-8")
    except OSError as problem:
        raise WrongUsage(f"--save {file}: {problem.strerror}") from problem


def _play(story: Story, service: str, seed: int, *, in_full: bool, as_json: bool) -> Run:
    run = run_story(story, seed=seed, service=service, tell=tell if in_full and not as_json else silently)
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
        standing = Standing(each["standing"])
        tell(f"{standing.sign} I{each['number']:<3}{each['name']:<30}{standing}", TONES[standing])
    again = commands(document["story"], document["seed"], document["service"])
    tell(f"again, in a terminal: {again['terminal']}", "aside")
    tell(f"again, as a test: {again['test']}", "aside")
    if document["service"] != "reference":
        right = commands(document["story"], document["seed"], "reference")
        tell(f"the same with the reference: {right['terminal']}", "aside")


def _show_line(document: Json) -> None:
    end = document["told"]
    standing = Standing.HOLDS if end["endedWell"] else Standing.VIOLATED
    tell(f"{standing.sign} {document['story']:<18} {end['outcome'] or 'open':<10} {end['sentence']}", TONES[standing])
