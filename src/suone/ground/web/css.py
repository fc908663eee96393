"""Compiling the styles: ``python -m suone.ground.web.css`` builds, ``--check`` fails when the compiled file is stale.

The compiled file is committed with a hash of its sources, so that the check needs no compiler.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent
_SOURCE = _HERE / "styles" / "suone.scss"
_COMPILED = _HERE / "static" / "web" / "suone.css"
_ROOT = _HERE.parents[3]


def _mark() -> str:
    sources = [_SOURCE, _ROOT / "package.json"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def is_stale() -> bool:
    """Whether the styles were changed after they were compiled."""
    return f"/* sources {_mark()} */" not in _COMPILED.read_text()[:200]


def build() -> None:
    """Compile the styles with Sass; exits with a message if it is not installed."""
    sass = _ROOT / "node_modules" / ".bin" / "sass"
    if not sass.exists():
        raise SystemExit("The style compiler is missing: run npm install --ignore-scripts.")
    css = subprocess.run(  # noqa: S603 - our own tool
        [str(sass), "--no-source-map", "--style=compressed", "--quiet", "--charset", str(_SOURCE)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    _COMPILED.write_text(f"/* sources {_mark()} */\n{css.lstrip(chr(0xFEFF))}")


if __name__ == "__main__":
    if "--check" in sys.argv:
        if is_stale():
            raise SystemExit("The compiled styles are stale: run make css.")
    else:
        build()
