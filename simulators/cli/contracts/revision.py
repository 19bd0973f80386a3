"""Which version of a service this is: what git and the build server say of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from simulators.cli.contracts.build_servers import branch_built, build_url
from simulators.cli.contracts.git import git
from simulators.cli.usage import WrongUsage

OPTIONS = (
    click.option("--version", help="Of the service.  [default: git's commit]"),
    click.option("--branch", help="[default: the build server's, or git's]"),
    click.option("--tag", "tags", multiple=True, help="May be given several times."),
    click.option("--build-url", "given_url", help="Where the build can be seen.  [default: the build server's]"),
)


@dataclass(frozen=True)
class Revision:
    """A version of a service, and what is known of it."""

    version: str
    branch: str = ""
    tags: tuple[str, ...] = ()
    build_url: str = ""

    def __str__(self) -> str:
        named = [f"on {self.branch}" if self.branch else "", f"tagged {', '.join(self.tags)}" if self.tags else ""]
        return " ".join(filter(None, [self.version, *named]))


def _commit() -> str:
    found = _git_output("rev-parse", "--verify", "HEAD")
    if not found:
        raise WrongUsage("git knows no commit here: name the version by --version")
    return found


def with_revision(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a revision; it gets how to find the revision, which may end in wrong usage."""

    @wraps(command)
    def run(
        *broker: Any,  # noqa: ANN401 - click's
        version: str | None,
        branch: str | None,
        tags: tuple[str, ...],
        given_url: str | None,
        **options: Any,  # noqa: ANN401 - click's
    ) -> None:
        def revision(of: Path | None = None) -> Revision:
            if of and not version and _is_changed(of):
                raise WrongUsage(f"{of} has changes that are in no commit: commit them, or name a --version")
            return Revision(version or _commit(), branch or current_branch(), tags, given_url or current_build_url())

        command(*broker, revision=revision, **options)

    for option in reversed(OPTIONS):
        run = option(run)
    return run


def current_branch() -> str:
    """Return the build server's branch, or git's, who knows of none when a commit is checked out; empty for none."""
    built = branch_built(os.environ)
    return _git_output("branch", "--show-current") if built is None else built


def current_build_url() -> str:
    """Return where the build can be seen; empty if that is not known."""
    return build_url(os.environ)


def _is_changed(place: Path) -> bool:
    return bool(_git_output("status", "--porcelain", "--", str(place)))


def _git_output(*words: str) -> str:
    outcome = git(*words)
    return "" if outcome.code else outcome.out.strip()
