"""The options that name a payment-service of one's own by its command, and what they come to."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from simulators.cli import completion
from simulators.cli.usage import WrongUsage
from simulators.clients.payments import READINESS
from simulators.world.foreign_time import TIME_WAYS
from simulators.world.topology import REFERENCE

env_option = click.option(
    "--env", "variables", multiple=True, metavar="NAME=VALUE", help="More of the command's environment."
)
factory_option = click.option(
    "--service", "factory", default=REFERENCE, show_default=True, help="A Python factory, in process.",
    shell_complete=completion.offer(completion.services),
)  # fmt: skip
OPTIONS = (
    env_option,
    click.option(
        "--env-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The same from a file.",
    ),
    click.option(
        "--workdir", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(),
        help="Where the command runs.  [default: here]",
    ),
    click.option(
        "--ready-url", "ready_path", default=READINESS, show_default=True, help="What answers 2xx once it is ready.",
    ),
    click.option(
        "--time", type=click.Choice(["auto", *TIME_WAYS]), default="auto", show_default=True,
        help="How its clock is moved.",
    ),
)  # fmt: skip


def command_options(command: Any) -> Any:  # noqa: ANN401 - whatever click makes of it
    """Give a command the options that say how another command is started."""
    for option in reversed(OPTIONS):
        option(command)
    return command


command_option = click.option("--command", help="What starts your service, in any language.")


def command_fields(
    command: str | None, workdir: Path, variables: Sequence[str], env_file: Path | None
) -> dict[str, Any]:
    """Return what a subject needs to know to start the command; WrongUsage says what is wrong with it."""
    if command is None and (variables or env_file):
        raise WrongUsage("--env and --env-file are for a --command")
    pairs = [*(_lines(env_file) if env_file else []), *variables]
    if wrong := [each for each in pairs if not each.partition("=")[0].strip() or "=" not in each]:
        raise WrongUsage(f"{wrong[0]!r} is not NAME=VALUE")
    environ = dict(each.split("=", 1) for each in pairs)
    return {"command": _words(command), "folder": str(workdir.resolve()), "environ": environ}


def _words(command: str | None) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command or ""))
    except ValueError as problem:
        raise WrongUsage(f"--command {command!r} cannot be read: {problem}") from problem
    if command is not None and not words:
        raise WrongUsage("--command is empty: say what starts your service")
    return words


def _lines(file: Path) -> list[str]:
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongUsage(f"--env-file {file} cannot be read: {problem}") from problem
    return [_strip_quotes(line.removeprefix("export ")) for line in lines if line and not line.startswith("#")]


def _strip_quotes(line: str) -> str:
    """Return `NAME=a b` of `NAME="a b"`, as shells write it."""
    name, sign, value = line.partition("=")
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return f"{name}{sign}{value[1:-1] if is_quoted else value}"
