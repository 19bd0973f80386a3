"""Events, and the endpoints that they are delivered to."""
