"""What the package carries beside its code: the scenarios, the contracts, the example of the environment.

Each is a link to its one home at the top of the repository; a wheel holds the files themselves.
"""

from importlib.resources import files
from pathlib import Path

_HERE = Path(str(files(__name__)))
FEATURES, PACTS, ENVIRONMENT = _HERE / "features", _HERE / "pacts", _HERE / ".env.example"
