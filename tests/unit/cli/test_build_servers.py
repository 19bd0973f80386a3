"""Which branch is built, by what the build servers say: a tag is none, nor is a pull request's merge."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from simulators.cli.contracts.build_servers import VARIABLES
from simulators.cli.contracts.revision import current_branch, current_build_url

GITHUB = {"GITHUB_ACTIONS": "true"}
PULL_REQUESTS = {
    "github": GITHUB
    | {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_NAME": "7/merge", "GITHUB_REF_TYPE": "branch"}
    | {"GITHUB_HEAD_REF": "feature/pay", "GITHUB_BASE_REF": "main"},
    "gitlab": {"CI_COMMIT_REF_NAME": "feature/pay", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/pay"},
    "gitlab of another host": {"CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME": "feature/pay"},
    "azure": {"BUILD_SOURCEBRANCH": "refs/pull/7/merge", "BUILD_SOURCEBRANCHNAME": "merge"}
    | {"SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature/pay"},
    "jenkins": {"BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_BRANCH": "feature/pay", "CHANGE_TARGET": "main"},
    "jenkins ghprb": {"ghprbSourceBranch": "feature/pay", "GIT_BRANCH": "origin/pr/7/merge"},
    "buildkite": {"BUILDKITE_BRANCH": "feature/pay", "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_TAG": ""},
    "circle": {"CIRCLE_BRANCH": "feature/pay", "CIRCLE_PULL_REQUEST": "https://github.com/a/b/pull/7"},
    "bitbucket": {"BITBUCKET_BRANCH": "feature/pay", "BITBUCKET_PR_ID": "7"},
    "travis": {"TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST": "7", "TRAVIS_PULL_REQUEST_BRANCH": "feature/pay"},
    "appveyor": {"APPVEYOR_REPO_BRANCH": "main", "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH": "feature/pay"},
    "drone": {"DRONE_BRANCH": "main", "DRONE_SOURCE_BRANCH": "feature/pay"},
    "woodpecker": {"CI_COMMIT_BRANCH": "main", "CI_COMMIT_SOURCE_BRANCH": "feature/pay"},
    "semaphore": {"SEMAPHORE_GIT_BRANCH": "main", "SEMAPHORE_GIT_PR_BRANCH": "feature/pay"},
    "bitrise": {"BITRISE_GIT_BRANCH": "feature/pay", "BITRISEIO_GIT_BRANCH_DEST": "main"},
    "buddy": {"BUDDY_EXECUTION_PULL_REQUEST_HEAD_BRANCH": "feature/pay", "BUDDY_EXECUTION_BRANCH": "main"},
    "bamboo": {"bamboo_repository_pr_sourceBranch": "feature/pay", "bamboo_planRepository_branchName": "main"},
    "codebuild": {"CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/feature/pay", "CODEBUILD_SOURCE_VERSION": "pr/7"},
    "codefresh": {"CF_BRANCH": "feature/pay"},
}
BRANCHES = {
    "github": GITHUB | {"GITHUB_REF": "refs/heads/feature/pay", "GITHUB_REF_NAME": "feature/pay"},
    "github, the name alone": GITHUB | {"GITHUB_REF_NAME": "feature/pay", "GITHUB_REF_TYPE": "branch"},
    "gitlab": {"CI_COMMIT_BRANCH": "feature/pay", "CI_COMMIT_REF_NAME": "feature/pay"},
    "gitlab, the name alone": {"CI_COMMIT_REF_NAME": "feature/pay"},
    "azure": {"BUILD_SOURCEBRANCH": "refs/heads/feature/pay", "BUILD_SOURCEBRANCHNAME": "pay"},
    "jenkins": {"BRANCH_NAME": "feature/pay", "GIT_BRANCH": "origin/feature/pay"},
    "jenkins without branches": {"GIT_BRANCH": "origin/feature/pay"},
    "jenkins with a local branch": {"GIT_LOCAL_BRANCH": "feature/pay", "GIT_BRANCH": "origin/feature/pay"},
    "travis": {"TRAVIS_BRANCH": "feature/pay", "TRAVIS_PULL_REQUEST": "false", "TRAVIS_TAG": ""},
    "appveyor": {"APPVEYOR_REPO_BRANCH": "feature/pay", "APPVEYOR_REPO_TAG": "false"},
    "buildkite": {"BUILDKITE_BRANCH": "feature/pay", "BUILDKITE_TAG": ""},
    "semaphore": {"SEMAPHORE_GIT_BRANCH": "feature/pay", "SEMAPHORE_GIT_REF_TYPE": "branch"},
    "codeship": {"CI_BRANCH": "feature/pay"},
    "cirrus": {"CIRRUS_BRANCH": "feature/pay"},
    "bamboo": {"bamboo_planRepository_branchName": "feature/pay"},
}
NO_BRANCHES = {
    "github tag": GITHUB | {"GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"},
    "github tag, the name alone": GITHUB | {"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"},
    "github merge, the name alone": GITHUB | {"GITHUB_REF_NAME": "7/merge", "GITHUB_REF_TYPE": "branch"},
    "gitlab tag": {"CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_NAME": "v1"},
    "azure tag": {"BUILD_SOURCEBRANCH": "refs/tags/v1", "BUILD_SOURCEBRANCHNAME": "v1"},
    "azure, the last part of a name alone": {"BUILD_SOURCEBRANCHNAME": "pay"},
    "jenkins tag": {"TAG_NAME": "v1", "BRANCH_NAME": "v1"},
    "jenkins, a change without its branch": {"BRANCH_NAME": "PR-7", "CHANGE_ID": "7"},
    "jenkins, detached": {"GIT_BRANCH": "detached"},
    "buildkite tag": {"BUILDKITE_TAG": "v1", "BUILDKITE_BRANCH": "v1"},
    "circle tag": {"CIRCLE_TAG": "v1"},
    "circle, a fork's pull request": {"CIRCLE_BRANCH": "pull/7"},
    "bitbucket tag": {"BITBUCKET_TAG": "v1"},
    "travis tag": {"TRAVIS_TAG": "v1", "TRAVIS_BRANCH": "v1"},
    "appveyor tag": {"APPVEYOR_REPO_TAG": "true", "APPVEYOR_REPO_TAG_NAME": "v1", "APPVEYOR_REPO_BRANCH": "main"},
    "drone tag": {"DRONE_TAG": "v1", "DRONE_BRANCH": "main"},
    "semaphore tag": {"SEMAPHORE_GIT_REF_TYPE": "tag", "SEMAPHORE_GIT_BRANCH": "v1"},
    "bitrise tag": {"BITRISE_GIT_TAG": "v1", "BITRISE_GIT_BRANCH": "main"},
    "cirrus tag": {"CIRRUS_TAG": "v1", "CIRRUS_BRANCH": "v1"},
    "cirrus, a fork's pull request": {"CIRRUS_BRANCH": "pull/7"},
    "codebuild tag": {"CODEBUILD_WEBHOOK_HEAD_REF": "refs/tags/v1"},
    "codebuild, started by hand": {"CODEBUILD_SOURCE_VERSION": "0123abc"},
    "buddy tag": {"BUDDY_EXECUTION_TAG": "v1", "BUDDY_EXECUTION_BRANCH": "main"},
    "codefresh tag": {"CF_RELEASE_TAG": "v1", "CF_BRANCH": "main"},
}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone on the branch trunk, on a machine of which no build server says anything."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q", "-b", "trunk"], ["commit", "-q", "--allow-empty", "-m", "Contracts"]):
        subprocess.run(["git", *who, *command], check=True)
    return tmp_path


def is_known(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("environ", [*PULL_REQUESTS.values(), *BRANCHES.values()], ids=[*PULL_REQUESTS, *BRANCHES])
@pytest.mark.usefixtures("clone")
def test_the_branch_is_that_which_is_built_or_asks_to_be_merged(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    is_known(monkeypatch, environ)
    assert current_branch() == "feature/pay"


@pytest.mark.parametrize("environ", NO_BRANCHES.values(), ids=NO_BRANCHES)
@pytest.mark.usefixtures("clone")
def test_a_tag_or_a_merge_is_no_branch_whatever_git_has_checked_out(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    is_known(monkeypatch, environ)
    assert current_branch() == ""


@pytest.mark.usefixtures("clone")
def test_without_a_build_server_git_knows_the_branch_until_its_head_is_detached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert current_branch() == "trunk"
    subprocess.run(["git", "checkout", "-q", "--detach"], check=True)
    assert current_branch() == ""
    is_known(monkeypatch, {"GITHUB_REF": "refs/heads/feature/pay"})
    assert current_branch() == "feature/pay"


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"},
            "https://github.com/a/b/actions/runs/7",
        ),
        ({"GITHUB_RUN_ID": "7"}, ""),
        ({"CI_JOB_URL": "https://ci.example.com/7"}, "https://ci.example.com/7"),
        ({"BUILD_URL": "https://jenkins.example.com/7"}, "https://jenkins.example.com/7"),
        (
            {"BITBUCKET_REPO_FULL_NAME": "a/b", "BITBUCKET_BUILD_NUMBER": "7"},
            "https://bitbucket.org/a/b/pipelines/results/7",
        ),
        (
            {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/a/", "SYSTEM_TEAMPROJECT": "b", "BUILD_BUILDID": "7"},
            "https://dev.azure.com/a/b/_build/results?buildId=7",
        ),
        ({}, ""),
    ],
)
@pytest.mark.usefixtures("clone")
def test_the_build_is_found_again(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], url: str) -> None:
    is_known(monkeypatch, environ)
    assert current_build_url() == url


def test_nothing_else_of_the_environment_is_read() -> None:
    assert not VARIABLES & {"PATH", "HOME", "USER"} & set(os.environ)
