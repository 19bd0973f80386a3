"""How the command is called by whom the stand-in broker knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from click.testing import CliRunner, Result

from simulators.cli import main
from simulators.cli.contracts.build_servers import VARIABLES
from tests.contracts.broker.books import Books

TOKEN, NAME, PASSWORD = "a token that the broker knows", "ada", "a password that the broker knows"
BASIC = "Basic YWRhOmEgcGFzc3dvcmQgdGhhdCB0aGUgYnJva2VyIGtub3dz"  # of these two
ELSEWHERE = dict.fromkeys(VARIABLES)


@dataclass(frozen=True)
class Served:
    """A broker that listens, with what it has written down."""

    url: str
    books: Books


def harness(
    verb: str, *arguments: str, broker: Served | None = None, environ: Mapping[str, str | None] | None = None
) -> Result:
    """Call the command as somebody does whom the broker knows, and of whom no build server says anything."""
    known = {"PACT_BROKER_BASE_URL": broker.url if broker else None, "PACT_BROKER_TOKEN": TOKEN if broker else None}
    return CliRunner(env={**ELSEWHERE, **known, **(environ or {})}).invoke(main, ["contracts", verb, *arguments])
