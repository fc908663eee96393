"""How long a command takes to start, and the demo until it answers.

benchmarks/starts.py [TIMES]          5 otherwise; each command so often, the demo's second start too

Everything is tried in a folder of its own, beginning with a first start of the demo. Printed are the median seconds by the
clock, and those of the processors of each command with all that it started.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
SUONE = ROOT / ".venv" / "bin" / "suone"
_PORT = "8899"
_COMMANDS: Sequence[Sequence[str]] = (
    ("--help",),
    ("audit", "--help"),
    ("manage", "check"),
    ("procedures", "check", str(ROOT / "src/suone/canton/procedures/files/vs-complex.toml")),
    ("migrate",),
    ("access", "verify"),
    ("audit", "verify"),
)


def main() -> None:
    """Print a row for each command, then the starts of the demo."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the embedded server has a user of its own where root starts it
        os.environ["SUONE_VAR"] = folder
        try:
            first = _demo()
            print("| command | seconds | seconds of the processors |\n|---|--:|--:|")
            for command in _COMMANDS:
                _print_row(
                    "suone " + " ".join(Path(part).name for part in command), [_run(command) for _ in range(times)]
                )
            _print_row("suone demo, the first start", [first])
            _print_row("suone demo, a later start", [_demo() for _ in range(times)])
        finally:
            subprocess.run([SUONE, "stop"], check=True)


def _run(command: Sequence[str]) -> tuple[float, float]:
    begun, spent = time.perf_counter(), _of_processors()
    subprocess.run([SUONE, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun, _of_processors() - spent


def _demo() -> tuple[float, float]:
    """Until it says that it is ready; its processors count until it has ended."""
    begun, spent = time.perf_counter(), _of_processors()
    demo = subprocess.Popen([SUONE, "demo", "--port", _PORT], stdout=subprocess.PIPE, text=True)
    assert demo.stdout
    if not any("is ready" in line for line in demo.stdout):
        raise SystemExit("The demo has not started.")
    ready = time.perf_counter() - begun
    demo.send_signal(signal.SIGTERM)
    demo.communicate()
    return ready, _of_processors() - spent


def _of_processors() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print_row(name: str, runs: Sequence[tuple[float, float]]) -> None:
    clock, processors = (median(column) for column in zip(*runs, strict=True))
    print(f"| `{name}` | {clock:.2f} | {processors:.2f} |", flush=True)


if __name__ == "__main__":
    main()
