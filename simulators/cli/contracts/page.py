"""`harness contracts page`: the contracts as pages for people."""

from __future__ import annotations

from pathlib import Path

import click

from simulators.cli.contracts.options import pacts
from simulators.cli.usage import WrongUsage
from simulators.contracts.page import INDEX, contracts_in, pages
from simulators.package_data import FEATURES


@click.command(epilog="Example: harness contracts page --output public")
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="The directory for index.html and its pages."
)
@pacts
@click.option(
    "--features", type=click.Path(path_type=Path), default=FEATURES, show_default="the harness's own",
    help="The scenarios that play them, if there are any.",
)  # fmt: skip
def page(output: Path, pacts: Path, features: Path) -> None:
    """Write the contracts as pages: the network, each two parties in words, each feature that plays them."""
    try:
        written = pages(contracts_in(pacts, features))
        output.mkdir(parents=True, exist_ok=True)
        for name, html in written.items():
            (output / name).write_text(html, encoding="utf-8")
    except (ValueError, OSError) as trouble:
        raise WrongUsage(str(trouble)) from trouble
    click.echo(output / INDEX)
