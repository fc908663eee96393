"""Where tests keep their things: read before the settings are, or tests would use the demo's server and files."""

import os
from pathlib import Path

os.environ.setdefault("SUONE_VAR", str(Path(__file__).resolve().parents[4] / "var" / "test"))
os.environ.setdefault("SUONE_LOG_LEVEL", "ERROR")
