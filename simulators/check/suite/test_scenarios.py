"""All scenarios of the features."""

from pytest_bdd import scenarios

from simulators.package_data import FEATURES

scenarios(str(FEATURES))
