"""`harness check`: is money always turned into exactly what was bought, by this service, whatever goes wrong?"""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from simulators.cli import completion
from simulators.cli.own_service import command_fields, command_option, command_options, factory_option
from simulators.cli.usage import WrongUsage, explain_problems
from simulators.stories.run import SERVICES
from simulators.world.local_service import factory_at


@click.command(epilog='Example: harness check --command "node server.js" --only stories')
@command_option
@click.option("--service-url", "url", help="Where a service listens that runs already.")
@factory_option
@click.option(
    "--only",
    help="Only these parts, separated by commas: stories, scenarios, contracts, storms, crashes.  [default: all]",
    shell_complete=completion.offer(completion.parts, ","),
)
@click.option(
    "--scenario",
    "cases",
    multiple=True,
    help="Only this case, such as ENR-15, ENR-20/3 or lost-webhook.",
    shell_complete=completion.offer(completion.cases_and_stories),
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the first storm, and of a factory's ids.")
@click.option(
    "--instances",
    type=click.IntRange(1, 9),
    default=1,
    show_default=True,
    help="How many share a database behind one address; a crash ends one of them.",
)
@click.option("--storms", type=click.IntRange(min=0), default=5, show_default=True, help="How many, from this seed on.")
@command_options
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
    checking = Checking(subject_fields(**named), only, cases, is_quiet=as_json)
    with explain_problems():
        result = checking.run(jobs, junit, report, storms)
    if as_json:
        click.echo(json.dumps(result.to_json()))
    sys.exit(0 if result.is_kept else 1)


def subject_fields(
    *,
    command: str | None,
    url: str | None = None,
    factory: str,
    workdir: Path,
    variables: tuple[str, ...],
    env_file: Path | None,
    **rest: Any,  # noqa: ANN401 - passed on as they are
) -> dict[str, Any]:
    """Return what a subject is made of; WrongUsage says which options do not go together."""
    if command is not None and url is not None:
        raise WrongUsage("--command or --service-url, not both")
    started = command_fields(command, workdir, variables, env_file)
    factory = SERVICES.get(factory, factory)
    if command is None and url is None:
        try:
            factory_at(factory)
        except LookupError as unknown:
            raise WrongUsage(str(unknown)) from unknown
    return {**started, "url": _address(url), "factory": factory, **rest}


def _address(url: str | None) -> str:
    """Return where a service listens; WrongUsage unless it is an address that can be asked."""
    if url is None:
        return ""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise WrongUsage(f"--service-url {url}: no address such as http://127.0.0.1:8000")
    return url.rstrip("/")
