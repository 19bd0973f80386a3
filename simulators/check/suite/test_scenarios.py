"""All scenarios of the features."""

from pytest_bdd import scenarios

from simulators.check.parts import FEATURES

scenarios(str(FEATURES))
