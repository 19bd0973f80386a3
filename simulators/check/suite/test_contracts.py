"""What others need of a payment-service, by their contracts: each example is played, and its answer compared."""

from collections.abc import Iterator

import pytest

from simulators.check.contract_replay import ContractWorld, NeededInteraction, needed_interactions
from simulators.check.plugin import kept_transcript
from simulators.check.provider_states import CannotReach
from simulators.check.subject import Subject


def _param(interaction: NeededInteraction) -> object:
    name = f"{interaction.consumer}: {interaction.description}"
    return pytest.param(interaction, id=name, marks=pytest.mark.case(name, "as its contract needs it"))


@pytest.fixture(scope="session")
def contract_world(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractWorld]:
    """One world for all examples, since each has its own people."""
    with subject.open_world(tmp_path_factory.mktemp("contracts")) as world:
        yield ContractWorld(world)


@pytest.mark.parametrize("interaction", [_param(each) for each in needed_interactions()])
def test_contract(
    interaction: NeededInteraction, contract_world: ContractWorld, request: pytest.FixtureRequest
) -> None:
    """The answer, or the message, is what its consumer needs."""
    with kept_transcript(request.node, contract_world.world):
        try:
            wrong = contract_world.hear(interaction) if interaction.name else contract_world.replay(interaction)
        except CannotReach as why:
            pytest.skip(str(why))
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
