"""The one family of faults: of requests, connections, deliveries, and links between services."""
