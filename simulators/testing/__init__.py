"""The pytest plugin: a world around a team's payment-service, as fixtures."""
