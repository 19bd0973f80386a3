"""Which version of a service this is: what git and the build server say of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from simulators.cli.contracts.git import git
from simulators.cli.usage import WrongUsage

BRANCHES = (
    *("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILDKITE_BRANCH", "CIRCLE_BRANCH"),
    *("BITBUCKET_BRANCH", "TRAVIS_BRANCH", "BUILD_SOURCEBRANCHNAME", "BRANCH_NAME"),
)
BUILDS = ("CI_JOB_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "TRAVIS_BUILD_WEB_URL", "BUILD_URL")
OPTIONS = (
    click.option("--version", help="Of the service.  [default: git's commit]"),
    click.option("--branch", help="[default: the build server's, or git's]"),
    click.option("--tag", "tags", multiple=True, help="May be given several times."),
    click.option("--build-url", help="Where the build can be seen.  [default: the build server's]"),
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
        build_url: str | None,
        **options: Any,  # noqa: ANN401 - click's
    ) -> None:
        def revision(of: Path | None = None) -> Revision:
            if of and not version and _is_changed(of):
                raise WrongUsage(f"{of} has changes that are in no commit: commit them, or name a --version")
            return Revision(version or _commit(), branch or _branch(), tags, build_url or _build_url())

        command(*broker, revision=revision, **options)

    for option in reversed(OPTIONS):
        run = option(run)
    return run


def _branch() -> str:
    """A build server checks out a commit, which is on no branch as far as git knows."""
    return _first(BRANCHES) or _git_output("branch", "--show-current")


def _build_url() -> str:
    if "GITHUB_RUN_ID" in os.environ:
        return "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format(**os.environ)
    return _first(BUILDS)


def _is_changed(place: Path) -> bool:
    return bool(_git_output("status", "--porcelain", "--", str(place)))


def _first(names: tuple[str, ...]) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def _git_output(*words: str) -> str:
    outcome = git(*words)
    return "" if outcome.code else outcome.out.strip()
