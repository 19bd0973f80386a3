"""One client for each service, one for the control routes, one for each person: the only home of a service's paths."""
