"""`harness check`: is money always turned into exactly what was bought, by this service, whatever goes wrong?"""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from simulators.cli.usage import WrongUsage, explain_problems
from simulators.clients.payments import READINESS
from simulators.stories.run import SERVICES
from simulators.world.foreign_time import TIME_WAYS
from simulators.world.local_service import factory_at
from simulators.world.topology import REFERENCE


@click.command(epilog='Example: harness check --command "node server.js" --only stories')
@click.option("--command", help="What starts your service, in any language.")
@click.option("--service-url", "url", help="Where a service listens that runs already.")
@click.option("--service", "factory", default=REFERENCE, show_default=True, help="A Python factory, in process.")
@click.option(
    "--only",
    help="Only these parts, separated by commas: stories, scenarios, contracts, storms, crashes.  [default: all]",
)
@click.option("--scenario", "cases", multiple=True, help="Only this case, such as ENR-15, ENR-20/3 or lost-webhook.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the first storm, and of a factory's ids.")
@click.option(
    "--instances",
    type=click.IntRange(1, 9),
    default=1,
    show_default=True,
    help="How many of a factory's apps share a database behind one address; a crash ends one of them.",
)
@click.option("--storms", type=click.IntRange(min=0), default=5, show_default=True, help="How many, from this seed on.")
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE", help="More of the command's environment.")
@click.option("--env-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The same from a file.")
@click.option(
    "--workdir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Where the command runs.  [default: here]",
)
@click.option(
    "--ready-url",
    "ready_path",
    default=READINESS,
    show_default=True,
    help="What answers 2xx once it is ready.",
)
@click.option(
    "--time", type=click.Choice(["auto", *TIME_WAYS]), default="auto", show_default=True, help="How its clock is moved."
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the page, JUnit, JSON, messages and badge here.",
)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to this file.")
@click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
@click.option("--jobs", type=click.IntRange(min=1), help="How many cases at once.  [default: by the machine]")
def check(
    only: str | None,
    cases: tuple[str, ...],
    report: Path | None,
    junit: Path | None,
    jobs: int | None,
    storms: int,
    *,
    as_json: bool,
    **named: Any,  # noqa: ANN401 - the options that name the service
) -> None:
    """Judge any payment-service: by its command, by its URL, or a Python factory (the reference, if none is named).

    A command finds the environment of `harness env`, PORT, and in DATA_DIR an empty folder; it is started, aged, killed
    and started again, for each case anew. What cannot be judged is left out by name, and not counted.

    Exit codes: 0 all that was judged is kept, 1 something is broken, 2 it could not be judged.
    """
    try:
        from simulators.cli.checking import Checking  # noqa: PLC0415 - what it needs comes with the extra
    except ImportError as missing:
        raise WrongUsage(f"harness check needs {missing.name}: pip install 'payment-flow-harness[check]'") from missing
    checking = Checking(_subject_fields(**named), only, cases, is_quiet=as_json)
    with explain_problems():
        result = checking.run(jobs, junit, report, storms)
    if as_json:
        click.echo(json.dumps(result.to_json()))
    sys.exit(0 if result.is_kept else 1)


def _subject_fields(
    *,
    command: str | None,
    url: str | None,
    factory: str,
    workdir: Path,
    variables: tuple[str, ...],
    env_file: Path | None,
    **rest: Any,  # noqa: ANN401 - passed on as they are
) -> dict[str, Any]:
    """Return what a subject is made of; WrongUsage says which options do not go together."""
    if command and url:
        raise WrongUsage("--command or --service-url, not both")
    if not command and (variables or env_file):
        raise WrongUsage("--env and --env-file are for a --command")
    factory = SERVICES.get(factory, factory)
    if not (command or url):
        try:
            factory_at(factory)
        except LookupError as unknown:
            raise WrongUsage(str(unknown)) from unknown
    lines = env_file.read_text().splitlines() if env_file else []
    pairs = [*(line for line in lines if line.strip() and not line.startswith("#")), *variables]
    if wrong := [each for each in pairs if "=" not in each]:
        raise WrongUsage(f"{wrong[0]!r} is not NAME=VALUE")
    about = {"command": tuple(shlex.split(command or "")), "url": (url or "").rstrip("/"), "factory": factory}
    return {**about, "folder": str(workdir.resolve()), "environ": dict(each.split("=", 1) for each in pairs), **rest}
