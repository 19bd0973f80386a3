"""The gateways: the only room that calls other services."""
