"""One step in the folder for copies of the log, in a separate process, since a network folder may never respond.

Run as a script: ``outlet.py count FOLDER`` prints how many entries are there, ``outlet.py keep FOLDER NAME`` writes its
standard input to one file, atomically.
"""

import os
import sys
from pathlib import Path


def main(task: str, folder: Path, name: str = "") -> None:
    """Count the entries, or write one file."""
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
