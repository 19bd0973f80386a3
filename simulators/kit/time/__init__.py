"""Work that falls due by itself: timers, due queues, the background."""
