"""One client for each service: the only home of a service's paths."""
