"""The line in SpiffWorkflow: six user tasks in BPMN, the state as JSON in PostgreSQL, loaded and saved at each step.

A step looks up whether the worker may, locks and loads the case, completes its open task, saves it, and writes a row
into a log: the least that "with rights and audit" can mean beside an engine that brings neither.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from measured import Line, serve
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

_WORKER = 1
_TABLES = """
CREATE TABLE state (id bigserial PRIMARY KEY, state jsonb NOT NULL);
CREATE TABLE granted (case_id bigint, worker bigint, PRIMARY KEY (case_id, worker));
CREATE TABLE log (id bigserial PRIMARY KEY, case_id bigint, worker bigint, act text, at timestamptz DEFAULT now());
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="connection string of an empty database")
    connection = psycopg.connect(parser.parse_args().database)
    connection.execute(_TABLES)
    connection.commit()
    serve(_line(connection), backend=connection.info.backend_pid)


def _line(connection: psycopg.Connection[Any]) -> Line:
    parser = BpmnParser()
    parser.add_bpmn_file(str(Path(__file__).parent / "line.bpmn"))
    spec = parser.get_spec("line")
    serializer = BpmnWorkflowSerializer()
    asked = 0

    def ask(statement: str, *values: Any) -> Any:
        nonlocal asked
        asked += 1
        return connection.execute(statement, values)

    def begin() -> int:
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        with connection.transaction():
            case: int = ask("INSERT INTO state (state) VALUES (%s) RETURNING id", _kept(workflow)).fetchone()[0]
            ask("INSERT INTO granted VALUES (%s, %s)", case, _WORKER)
            ask("INSERT INTO log (case_id, worker, act) VALUES (%s, %s, 'begun')", case, _WORKER)
        return case

    def step(case: int, number: int) -> None:
        with connection.transaction():
            assert ask("SELECT 1 FROM granted WHERE case_id = %s AND worker = %s", case, _WORKER).fetchone()
            state = ask("SELECT state FROM state WHERE id = %s FOR UPDATE", case).fetchone()[0]
            workflow = serializer.from_dict(state)
            workflow.get_next_task(state=TaskState.READY, manual=True).run()
            workflow.do_engine_steps()
            ask("UPDATE state SET state = %s WHERE id = %s", _kept(workflow), case)
            ask("INSERT INTO log (case_id, worker, act) VALUES (%s, %s, %s)", case, _WORKER, f"step {number}")

    def _kept(workflow: BpmnWorkflow) -> str:
        return json.dumps(serializer.to_dict(workflow))

    def check(cases: list[int]) -> None:
        with connection.transaction():
            rows = ask("SELECT state FROM state WHERE id = ANY(%s)", cases).fetchall()
        assert len(rows) == len(cases), "a case is lost"
        assert all(serializer.from_dict(row[0]).is_completed() for row in rows), "not every case stands at its end"

    def queries(act: Callable[[], Any]) -> int:
        before = asked
        act()
        return asked - before

    return Line(begin, step, check, queries)


if __name__ == "__main__":
    main()
