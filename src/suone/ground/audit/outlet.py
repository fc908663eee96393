"""One step at a folder for copies of the log, in a process of its own: a folder on the network may never answer.

Run as a script: ``outlet.py count FOLDER`` prints how many entries are there, ``outlet.py keep FOLDER NAME`` keeps what
comes in on the standard input as one file, whole or not at all.
"""

import os
import sys
from pathlib import Path


def main(task: str, folder: Path, name: str = "") -> None:
    """Do the one step."""
    folder.mkdir(parents=True, exist_ok=True)
    if task == "count":
        counts = [int(path.stem.rsplit("-", 1)[1]) + 1 for path in folder.glob("entries-*-*.jsonl")]
        print(max(counts, default=0))  # noqa: T201 - the answer
        return
    aside = folder / f"{name}.part"
    with aside.open("wb") as file:
        file.write(sys.stdin.buffer.read())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / name)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
