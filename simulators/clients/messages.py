"""Where every service takes the messages of others, by the platform's convention."""

COMMANDS, EVENTS = "/commands", "/events"
