"""The questions of benchmarks/register.py on the same rows in DuckDB or polars, one a line on standard input.

``followed``: how many persons are followed by which set of institutions on a day. ``overlaps``: how many overlaps the
changed rows have with the rest. Loading is not measured.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

_IN_FORCE = "valid_from <= DATE '{day}' AND (valid_until IS NULL OR valid_until >= DATE '{day}')"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=["duckdb", "polars"], required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--changed", type=Path, required=True)
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    options = parser.parse_args()
    questions = {"duckdb": _duckdb, "polars": _polars}[options.peer](options.rows, options.changed, options.day)
    print("ready", flush=True)
    for line in sys.stdin:
        began, cpu = time.perf_counter(), time.process_time()
        answer = questions[line.strip()]()
        print(json.dumps([time.perf_counter() - began, time.process_time() - cpu, answer]), flush=True)


def _duckdb(rows: Path, changed: Path, day: date) -> dict[str, Callable[[], object]]:
    import duckdb

    database = duckdb.connect()
    columns = "{'token': 'UUID', 'place': 'INTEGER', 'valid_from': 'DATE', 'valid_until': 'DATE'}"
    for name, file in (("registration", rows), ("changed", changed)):
        database.execute(
            f"CREATE TABLE {name} AS SELECT * FROM read_csv('{file}', header = false, columns = {columns})"
        )
    followed = f"""
        SELECT mask, count(*) FROM (
            SELECT bit_or(1::BIGINT << place) AS mask FROM registration
            WHERE {_IN_FORCE.format(day=day)} GROUP BY token)
        GROUP BY mask ORDER BY mask"""
    overlaps = """
        SELECT count(*) FROM changed c JOIN registration r USING (token)
        WHERE r.place <> c.place AND r.valid_until IS NULL"""

    return {
        "one core": lambda: database.execute("SET threads = 1") and None,
        "all cores": lambda: database.execute(f"SET threads = {os.cpu_count() or 1}") and None,
        "followed": lambda: database.execute(followed).fetchall(),
        "overlaps": lambda: database.execute(overlaps).fetchall()[0][0],
    }


def _polars(rows: Path, changed: Path, day: date) -> dict[str, Callable[[], object]]:
    import polars

    def read(file: Path) -> polars.DataFrame:
        names = ["token", "place", "valid_from", "valid_until"]
        types = {"token": polars.String, "place": polars.Int64, "valid_from": polars.Date, "valid_until": polars.Date}
        digits = polars.col("token").str.replace_all("-", "", literal=True)
        halves = [
            digits.str.slice(start, 16).str.to_integer(base=16, dtype=polars.UInt64).alias(name)
            for start, name in ((0, "high"), (16, "low"))
        ]
        table = polars.read_csv(file, has_header=False, new_columns=names, schema_overrides=types)
        return table.with_columns(*halves).drop("token")

    registration, news = read(rows), read(changed)
    until, bit = polars.col("valid_until"), polars.lit(1, polars.Int64)
    in_force = (polars.col("valid_from") <= day) & (until.is_null() | (until >= day))

    def followed() -> object:
        masks = (
            registration.lazy()
            .filter(in_force)
            .group_by("high", "low")
            .agg((bit * polars.lit(2, polars.Int64).pow(polars.col("place"))).bitwise_or().alias("mask"))
        )
        return masks.group_by("mask").len().sort("mask").collect().rows()

    def overlaps() -> object:
        joined = news.lazy().join(registration.lazy().filter(until.is_null()), on=["high", "low"])
        return joined.filter(polars.col("place") != polars.col("place_right")).select(polars.len()).collect().item()

    return {"followed": followed, "overlaps": overlaps}


if __name__ == "__main__":
    main()
