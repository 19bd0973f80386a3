"""The capture of all that is logged in this process, down to DEBUG: what is written down must hold no secret."""

import logging


class LogCapture(logging.Handler):
    """Keeps the text of every record from its creation until `stop`."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._root = logging.getLogger()
        self._level = self._root.level
        self._root.addHandler(self)
        self._root.setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def stop(self) -> None:
        """Capture nothing any more, and let the level be what it was."""
        self._root.removeHandler(self)
        self._root.setLevel(self._level)
