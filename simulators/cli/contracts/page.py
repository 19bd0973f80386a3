"""`harness contracts page`: the contracts as a page for people."""

from __future__ import annotations

from pathlib import Path

import click

from simulators.cli.contracts.options import pacts
from simulators.cli.usage import WrongUsage
from simulators.contracts.page import page_of
from simulators.package_data import FEATURES


@click.command(epilog="Example: harness contracts page --output public")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The directory for index.html.")
@pacts
@click.option(
    "--features", type=click.Path(path_type=Path), default=FEATURES, show_default="the harness's own",
    help="The scenarios that play them, if there are any.",
)  # fmt: skip
def page(output: Path, pacts: Path, features: Path) -> None:
    """Write the contracts as one page: the network, each interaction in words, the scenarios that play it."""
    try:
        html = page_of(pacts, features)
        output.mkdir(parents=True, exist_ok=True)
        (output / "index.html").write_text(html, encoding="utf-8")
    except (ValueError, OSError) as trouble:
        raise WrongUsage(str(trouble)) from trouble
    click.echo(output / "index.html")
