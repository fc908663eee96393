"""Faults in the functions, triggers and column rights of the database: guards, conditions and checks dropped once."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.mutants.policies import conjuncts, operands

_GUARD = re.compile(
    r"IF\s(?P<condition>(?:(?!\bTHEN\b).)*?)\sTHEN\s+(?:RAISE|RETURN)\b[^;]*;\s*END IF;", re.DOTALL | re.IGNORECASE
)
_BEGINS = re.compile(r"\b(?:AND|OR|WHERE|HAVING|IF|ELSIF|WHEN|ON|SELECT|RETURN|NOT)\b|:=|;", re.IGNORECASE)
_ENDS = re.compile(
    r"\b(AND|OR|ORDER BY|GROUP BY|LIMIT|OFFSET|RETURNING|FOR UPDATE|THEN|LOOP|ON CONFLICT|UNION|WHERE)\b|;",
    re.IGNORECASE,
)


# What decides in a body that PostgreSQL keeps as a tree and prints with every parenthesis, save AND and OR.
_WHOLE = re.compile(r"\b(?:WHERE|ON) (?=\()")
_CASE = re.compile(r"\bWHEN ((?:(?!\bTHEN\b).)+) THEN\b", re.DOTALL)
_MASK = re.compile(r" & (?=\()")
_BOUND = re.compile(r"\b(?:LEAST|GREATEST)(?=\()")


@dataclass(frozen=True)
class SqlFault:
    """One statement that plants a fault, and one that takes it out; ``names`` are the functions and tables it is in."""

    what: str
    names: tuple[str, ...]
    planting: str
    taking_out: str

    def __str__(self) -> str:
        return self.what

    def plant(self, owner: psycopg.Connection[Any]) -> Callable[[], None] | None:
        try:
            owner.execute(self.planting.encode())
        except psycopg.Error:
            return None  # no such function can be made: nothing to find
        return lambda: owner.execute(self.taking_out.encode()) and None


def all_faults(owner: psycopg.Connection[Any]) -> Iterator[SqlFault]:
    yield from function_faults(owner)
    yield from trigger_faults(owner)
    yield from right_faults(owner)
    yield from counting_faults(owner)


def function_faults(owner: psycopg.Connection[Any]) -> Iterator[SqlFault]:
    """Each guard and each condition: of what runs with the owner's rights, in a trigger, or is asked by one of these."""
    rows = owner.execute(
        "SELECT p.proname, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), pg_get_functiondef(p.oid),"
        " p.prosqlbody IS NOT NULL FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " JOIN pg_language l ON l.oid = p.prolang WHERE p.prokind = 'f' AND l.lanname IN ('sql', 'plpgsql')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.proname NOT LIKE 'procrastinate%'"
        " ORDER BY p.proname"
    )
    reached = _reached_through(owner)
    for name, body, definition, is_atomic in rows.fetchall():
        names = (name, *sorted(reached.get(name, ())))
        seen: Counter[str] = Counter()
        for start, end, replacement, what in _parts_of_atomic(body) if is_atomic else _parts(body):
            planted = f"{body[:start]}{replacement}{body[end:]}"
            seen[what] += 1
            if seen[what] > 1:  # the same words twice in one function are two faults
                what = f"{what} ({seen[what]})"
            yield SqlFault(f"{name}(): {what}", names, definition.replace(body, planted), definition)


def _reached_through(owner: psycopg.Connection[Any]) -> dict[str, set[str]]:
    """The tables and functions that a statement names when it reaches a function by a trigger, a policy or a call."""
    found: dict[str, set[str]] = {}
    by_trigger = "SELECT p.proname, t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
    by_policy = (
        "SELECT f.proname, p.tablename FROM pg_policies p JOIN pg_proc f ON f.pronamespace = 'public'::regnamespace"
        " WHERE strpos(coalesce(p.qual, '') || coalesce(p.with_check, ''), f.proname || '(') > 0"
    )
    by_call = (
        "SELECT f.proname, c.proname FROM pg_proc f JOIN pg_proc c ON c.pronamespace = f.pronamespace AND c.oid <> f.oid"
        " WHERE f.pronamespace = 'public'::regnamespace"
        " AND strpos(coalesce(pg_get_function_sqlbody(c.oid), c.prosrc), f.proname || '(') > 0"
    )
    by_word = (
        "SELECT allows, 'dossiers_allowed' FROM dossiers_act UNION SELECT asks, 'inbox_allows' FROM inbox_rule"
        " UNION SELECT asks, 'leading_comes_from_an_act' FROM leading_report UNION"
        " SELECT asks, CASE side WHEN 'sender' THEN 'inbox_may_send' ELSE 'inbox_knows_case' END FROM inbox_tie"
        " UNION SELECT function, 'workitems_outcome_of' FROM workitems_outcome"
    )
    for question in (by_trigger, by_policy, by_call, by_word):
        for name, through in owner.execute(question).fetchall():
            found.setdefault(name, set()).add(through)
    return {name: _far(name, found) - {name} for name in found}


def _far(name: str, found: dict[str, set[str]]) -> set[str]:
    """Through others too, however many."""
    far: set[str] = set()
    waiting = [name]
    while waiting:
        near = found.get(waiting.pop(), set()) - far
        far |= near
        waiting += near
    return far


def _parts(body: str) -> Iterator[tuple[int, int, str, str]]:
    for guard in _GUARD.finditer(body):
        yield guard.start(), guard.end(), "", f"without the guard {_short(guard['condition'])}"
    for start in re.finditer(r"\b(?:WHERE|AND)\s", body):
        end = _end_of_operand(body, start.end())
        operand = body[start.end() : end]
        if "BETWEEN" not in body[max(0, start.start() - 60) : start.start()] and operand.strip():
            yield start.end(), end, "true ", f"without {_short(operand)}"
    # Each half of an OR apart: a refusal that no longer refuses for this reason, or a way in that is closed.
    for start, end in sorted(set(_halves(body))):
        yield start, end, " false ", f"no longer {_short(body[start:end])}"


def _parts_of_atomic(body: str) -> Iterator[tuple[int, int, str, str]]:
    """The same of a body without semicolons and guards: what it selects, by which case, how much of it, until when."""
    for start in _WHOLE.finditer(body):
        end = _closing(body, start.end())
        yield start.end(), end, "true", f"without {_short(body[start.end() : end])}"
    for case in _CASE.finditer(body):
        yield case.start(1), case.end(1), "true", f"always the case of {_short(case[1])}"
        yield case.start(1), case.end(1), "false", f"never the case of {_short(case[1])}"
    for start, end in conjuncts(body):
        yield start, end, "true", f"without {_short(body[start:end])}"
    for start, end in operands(body, " OR "):
        yield start, end, "false", f"no longer {_short(body[start:end])}"
    for mask in _MASK.finditer(body):
        end = _closing(body, mask.end())
        yield mask.start(), end, "", f"without the mask {_short(body[mask.end() : end])}"
    for bound in _BOUND.finditer(body):
        opening, end = bound.end(), _closing(body, bound.end())
        for start, stop in operands(body[opening + 1 : end - 1], ", "):
            left = body[opening + 1 : end - 1][start:stop]
            yield bound.start(), end, left, f"{_short(left)} alone instead of the {bound[0].lower()}"


def _closing(body: str, opening: int) -> int:
    """Past the parenthesis that closes the one here."""
    depth, quoted = 0, False
    for position in range(opening, len(body)):
        letter = body[position]
        quoted ^= letter == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return position + 1
    return len(body)


def _halves(body: str) -> Iterator[tuple[int, int]]:
    for joint in re.finditer(r"\bOR\s", body):
        yield _start_of_half(body, joint.start()), joint.start()
        yield joint.end(), _end_of_half(body, joint.end())


def _start_of_half(body: str, end: int) -> int:
    depth, position = 0, end
    while position > 0:
        letter = body[position - 1]
        if letter == ")":
            depth += 1
        elif letter == "(":
            if depth == 0:
                return position
            depth -= 1
        elif depth == 0:
            word = re.search(r"(\w+|:=|;)\s*$", body[:position])
            if word and word.end() == position and _BEGINS.fullmatch(word[1]) and word[1].upper() not in ("AND", "NOT"):
                return position
        position -= 1
    return position


def _end_of_half(body: str, start: int) -> int:
    """As the end of an operand, but past what AND joins more closely."""
    end = _end_of_operand(body, start)
    while re.match(r"AND\s", body[end : end + 4]):
        end = _end_of_operand(body, end + 4)
    return end


def _end_of_operand(body: str, start: int) -> int:
    depth, position = 0, start
    while position < len(body):
        letter = body[position]
        if letter == "(":
            depth += 1
        elif letter == ")":
            if depth == 0:
                return position
            depth -= 1
        elif depth == 0 and _ENDS.match(body, position) and (letter == ";" or not body[position - 1].isalnum()):
            return position
        position += 1
    return position


def trigger_faults(owner: psycopg.Connection[Any]) -> Iterator[SqlFault]:
    rows = owner.execute(
        "SELECT c.oid::regclass::text, t.tgname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgparentid = 0"
        " AND c.relname NOT LIKE 'procrastinate%' ORDER BY 1, 2"
    )
    for table, name, function in rows.fetchall():
        yield SqlFault(
            f"{table}: without the trigger {name}",
            (table, function),
            f'ALTER TABLE {table} DISABLE TRIGGER "{name}"',
            f'ALTER TABLE {table} ENABLE TRIGGER "{name}"',
        )


def right_faults(owner: psycopg.Connection[Any]) -> Iterator[SqlFault]:
    """Each column that the app's role may not change, and each table from which it may not delete."""
    columns = owner.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relrowsecurity AND NOT c.relispartition AND NOT a.attisdropped AND a.attgenerated = ''"
        " AND NOT has_column_privilege('suone_app', c.oid, a.attnum, 'UPDATE') ORDER BY 1, a.attnum"
    )
    for table, column in columns.fetchall():
        yield SqlFault(
            f"{table}: {column} may be changed",
            (table,),
            f'GRANT UPDATE ("{column}") ON {table} TO suone_app',
            f'REVOKE UPDATE ("{column}") ON {table} FROM suone_app',
        )
    commands = owner.execute(
        "SELECT c.relname, p FROM pg_class c, unnest('{select,insert,delete}'::text[]) p WHERE c.relrowsecurity"
        " AND NOT c.relispartition AND NOT has_table_privilege('suone_app', c.oid, p) ORDER BY 1, 2"
    )
    for table, command in commands.fetchall():
        yield SqlFault(
            f"{table}: the right to {command}",
            (table,),
            f"GRANT {command} ON {table} TO suone_app",
            f"REVOKE {command} ON {table} FROM suone_app",
        )


def counting_faults(owner: psycopg.Connection[Any]) -> Iterator[SqlFault]:
    """What the role that counts may read, as whoever acts: the reference model plays the app's role alone."""
    rows = owner.execute(
        "SELECT tablename, policyname, qual FROM pg_policies WHERE roles = '{suone_report}' ORDER BY 1, 2"
    )
    for table, name, condition in rows.fetchall():
        yield SqlFault(
            f"{name}: for whoever acts",
            (table,),
            f'ALTER POLICY "{name}" ON {table} USING (true)',
            f'ALTER POLICY "{name}" ON {table} USING ({condition})',
        )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else f"{text[:97]}…"
