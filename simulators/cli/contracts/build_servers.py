"""Build servers: which of their variables names the branch that is built, and where the build can be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

HEADS = "refs/heads/"
NO_BRANCH = re.compile(r"refs/.*|pull/\d+|\d+/merge|(origin/)?pr/\d+/.*|(origin/)?tags/.*|origin/HEAD|HEAD|detached")


def _names(url: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(url) if name}


@dataclass(frozen=True)
class BuildServer:
    """The variables of one kind of server, those of the first kind before the next."""

    source: tuple[str, ...] = ()  # Where a pull request comes from.
    otherwise: tuple[str, ...] = ()  # Set (or set to this) for a tag, or a change whose branch is not known.
    branch: tuple[str, ...] = ()
    url: str = ""

    def variables(self) -> set[str]:
        """Return all that is read of the environment."""
        others = {each.partition("=")[0] for each in self.otherwise}
        return {*self.source, *self.branch, *others, *_names(self.url)}


# Their own documents say so; the merge that a pull request would make, and a tag, are no branch.
SERVERS = (
    BuildServer(  # GitHub Actions, Gitea and Forgejo
        ("GITHUB_HEAD_REF",), ("GITHUB_REF_TYPE=tag",), ("GITHUB_REF", "GITHUB_REF_NAME"),
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    ),
    BuildServer(  # GitLab, and Woodpecker, which shares some of its names
        (
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
            "CI_COMMIT_SOURCE_BRANCH",
        ),
        ("CI_COMMIT_TAG",), ("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"), "{CI_JOB_URL}",
    ),
    BuildServer((), ("BUILDKITE_TAG",), ("BUILDKITE_BRANCH",), "{BUILDKITE_BUILD_URL}"),
    BuildServer((), ("CIRCLE_TAG",), ("CIRCLE_BRANCH",), "{CIRCLE_BUILD_URL}"),
    BuildServer(
        (), ("BITBUCKET_TAG",), ("BITBUCKET_BRANCH",),
        "https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    ),
    BuildServer(
        ("TRAVIS_PULL_REQUEST_BRANCH",), ("TRAVIS_TAG",), ("TRAVIS_BRANCH",), "{TRAVIS_BUILD_WEB_URL}"
    ),
    BuildServer(  # Azure Pipelines, whose BUILD_SOURCEBRANCHNAME is only the last part of a name
        ("SYSTEM_PULLREQUEST_SOURCEBRANCH",), ("BUILD_SOURCEBRANCHNAME",), ("BUILD_SOURCEBRANCH",),
        "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    ),
    BuildServer(
        ("APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH",), ("APPVEYOR_REPO_TAG=true", "APPVEYOR_REPO_TAG_NAME"),
        ("APPVEYOR_REPO_BRANCH",),
    ),
    BuildServer(("DRONE_SOURCE_BRANCH",), ("DRONE_TAG",), ("DRONE_BRANCH",), "{DRONE_BUILD_LINK}"),
    BuildServer(("SEMAPHORE_GIT_PR_BRANCH",), ("SEMAPHORE_GIT_REF_TYPE=tag",), ("SEMAPHORE_GIT_BRANCH",)),
    BuildServer((), ("BITRISE_GIT_TAG",), ("BITRISE_GIT_BRANCH",), "{BITRISE_BUILD_URL}"),
    BuildServer((), ("CIRRUS_TAG",), ("CIRRUS_BRANCH",), "https://cirrus-ci.com/build/{CIRRUS_BUILD_ID}"),
    BuildServer((), ("CODEBUILD_SOURCE_VERSION",), ("CODEBUILD_WEBHOOK_HEAD_REF",)),  # An id, or pr/7
    BuildServer(
        ("BUDDY_EXECUTION_PULL_REQUEST_HEAD_BRANCH",), ("BUDDY_EXECUTION_TAG",), ("BUDDY_EXECUTION_BRANCH",),
        "{BUDDY_EXECUTION_URL}",
    ),
    BuildServer((), ("CF_RELEASE_TAG",), ("CF_BRANCH",), "{CF_BUILD_URL}"),  # Codefresh
    BuildServer((), (), ("CI_BRANCH",), "{CI_BUILD_URL}"),  # CodeShip
    BuildServer(
        ("bamboo_repository_pr_sourceBranch",), (), ("bamboo_planRepository_branchName",), "{bamboo_buildResultsUrl}"
    ),
    BuildServer(  # Jenkins, whose names others use, too
        ("CHANGE_BRANCH", "ghprbSourceBranch", "gitlabSourceBranch"), ("TAG_NAME", "CHANGE_ID"),
        ("BRANCH_NAME", "GIT_LOCAL_BRANCH", "GIT_BRANCH"), "{BUILD_URL}",
    ),
)  # fmt: skip
VARIABLES = {name for server in SERVERS for name in server.variables()}


def branch_built(environ: Mapping[str, str]) -> str | None:
    """Return the branch that a build server builds, empty if it builds none; None if there is no build server."""
    known = {name: environ[name] for name in VARIABLES if environ.get(name)}
    for server in SERVERS:
        if source := _first(server.source, known):
            return _branch(source)
        if ref := _first(server.branch, known):
            return "" if _applies(server.otherwise, known) and not ref.startswith(HEADS) else _branch(ref)
        if _applies(server.otherwise, known):
            return ""
    return None


def build_url(environ: Mapping[str, str]) -> str:
    """Return where the build can be seen, as the first server that knows it says; empty if none does."""
    urls = (server.url for server in SERVERS if server.url and all(map(environ.get, _names(server.url))))
    return next(urls, "").format_map(environ)


def _branch(ref: str) -> str:
    """Return a branch by its name alone, without the remote that Jenkins names; empty for what is none."""
    if ref.startswith(HEADS):
        return ref.removeprefix(HEADS)
    return "" if NO_BRANCH.fullmatch(ref) else ref.removeprefix("origin/")


def _first(names: tuple[str, ...], known: Mapping[str, str]) -> str:
    return next((known[name] for name in names if name in known), "")


def _applies(conditions: tuple[str, ...], known: Mapping[str, str]) -> bool:
    pairs = (each.partition("=") for each in conditions)
    return any(name in known and value in {"", known[name]} for name, _, value in pairs)
