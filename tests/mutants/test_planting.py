"""What is planted: each half of a condition by itself."""

import ast
import gc
from collections import Counter
from pathlib import Path

from suone.ground.access.acting import acting_for_job
from tests.mutants.functions import _parts, _parts_of_atomic
from tests.mutants.policies import _every_fault
from tests.mutants.python import _living, faults_of
from tests.mutants.run import NOTHING, line_of, summary_of


def test_a_policy_is_loosened_by_each_term_and_closed_by_each_way_in() -> None:
    condition = "((a = 1) AND ((b = 2) OR ((c = 3) AND d('x AND y'))))"

    assert {what: loosened for loosened, what in _every_fault(condition, ())} == {
        "everything": "true",
        "without (a = 1)": "(true AND ((b = 2) OR ((c = 3) AND d('x AND y'))))",
        "without ((b = 2) OR ((c = 3) AND d('x AND y')))": "((a = 1) AND true)",
        "without (c = 3)": "((a = 1) AND ((b = 2) OR (true AND d('x AND y'))))",
        "without d('x AND y')": "((a = 1) AND ((b = 2) OR ((c = 3) AND true)))",
        "no way by (b = 2)": "((a = 1) AND (false OR ((c = 3) AND d('x AND y'))))",
        "no way by ((c = 3) AND d('x AND y'))": "((a = 1) AND ((b = 2) OR false))",
        "without any kind of actor": condition,
    }


def test_a_function_loses_each_guard_and_each_half_of_it() -> None:
    body = "IF NOT may('x') OR a IS NULL THEN RAISE 'no'; END IF; RETURN EXISTS (SELECT 1 FROM t WHERE b AND (c AND d OR e));"

    planted = {what: " ".join(f"{body[:start]}{new}{body[end:]}".split()) for start, end, new, what in _parts(body)}

    rest = "RETURN EXISTS (SELECT 1 FROM t WHERE b AND (c AND d OR e));"
    assert planted["without the guard NOT may('x') OR a IS NULL"] == rest
    assert planted["no longer NOT may('x')"] == f"IF false OR a IS NULL THEN RAISE 'no'; END IF; {rest}"
    assert planted["no longer a IS NULL"] == f"IF NOT may('x') OR false THEN RAISE 'no'; END IF; {rest}"
    assert planted["no longer c AND d"].endswith("WHERE b AND ( false OR e));")
    assert planted["no longer e"].endswith("WHERE b AND (c AND d OR false ));")
    assert planted["without b"].endswith("WHERE true AND (c AND d OR e));")
    assert planted["without d"].endswith("WHERE b AND (c AND true OR e));")


def test_a_body_that_postgresql_prints_loses_each_term_case_mask_and_bound() -> None:
    where = "WHERE (((f.act IS NULL) OR (t.id = f.act)) AND (t.ended IS NULL))"
    case, mask, bound = (
        "CASE WHEN is_officer(t.who) THEN 2047 ELSE 1 END",
        "(t.c & ((~ 16))::bigint)",
        "LEAST(t.a, t.b)",
    )
    body = f"SELECT {case}, {mask}, {bound} FROM t {where}"

    planted = {what: f"{body[:start]}{new}{body[end:]}" for start, end, new, what in _parts_of_atomic(body)}

    def with_where(condition: str) -> str:
        return body.replace(where, f"WHERE {condition}")

    assert planted == {
        f"without {where.removeprefix('WHERE ')}": with_where("true"),
        "without ((f.act IS NULL) OR (t.id = f.act))": with_where("(true AND (t.ended IS NULL))"),
        "without (t.ended IS NULL)": with_where("(((f.act IS NULL) OR (t.id = f.act)) AND true)"),
        "no longer (f.act IS NULL)": with_where("((false OR (t.id = f.act)) AND (t.ended IS NULL))"),
        "no longer (t.id = f.act)": with_where("(((f.act IS NULL) OR false) AND (t.ended IS NULL))"),
        "always the case of is_officer(t.who)": body.replace("is_officer(t.who)", "true"),
        "never the case of is_officer(t.who)": body.replace("is_officer(t.who)", "false"),
        "without the mask ((~ 16))": body.replace(mask, "(t.c::bigint)"),
        "t.a alone instead of the least": body.replace(bound, "t.a"),
        "t.b alone instead of the least": body.replace(bound, "t.b"),
    }


def test_python_loses_each_check_refusal_and_half(tmp_path: Path) -> None:
    file = tmp_path / "rules.py"
    file.write_text(
        "def may(a, b, c):\n    check_it(a)\n    if a or b:\n        raise Refused\n    return a and b or not c\n"
    )

    planted = {
        fault.what: ast.unparse(fault.change(ast.parse(file.read_text("utf-8")))).splitlines()[1:]
        for fault in faults_of(file)
    }

    check, refusal, answer = (
        "    check_it(a)",
        ["    if a or b:", "        raise Refused"],
        "    return a and b or not c",
    )
    assert planted == {
        "without the check, check_it(…)": ["    pass", *refusal, answer],
        "without the refusal if a or b": [check, "    pass", answer],
        "the question without a": [check, "    if b:", refusal[1], answer],
        "the question without b": [check, "    if a:", refusal[1], answer],
        "the answer without a and b": [check, *refusal, "    return not c"],
        "the answer without not c": [check, *refusal, "    return a and b"],
        "the answer without a": [check, *refusal, "    return b or not c"],
        "the answer without b": [check, *refusal, "    return a or not c"],
    }


def test_what_the_collector_no_longer_looks_through_is_found_too() -> None:
    code = acting_for_job.__code__
    gc.freeze()
    _living.cache_clear()

    found = _living()

    gc.freeze()  # as it was
    _living.cache_clear()
    assert acting_for_job in found[code.co_filename, code.co_firstlineno, code.co_name]


def test_what_nobody_noticed_or_could_not_be_planted_has_a_line_of_its_own() -> None:
    assert line_of("f(): without x", "survived", is_reached=True) == "  f(): without x"
    assert line_of("f(): without x", "survived", is_reached=False) == "  f(): without x  (no test reaches it)"
    assert line_of("f(): without x", "took too long", is_reached=True) == "  f(): without x  (took too long)"
    assert line_of("f(): without x", NOTHING, is_reached=False) == "  f(): without x  (could not be planted)"

    assert summary_of(Counter({"fell": 5, "survived": 2, "took too long": 1, NOTHING: 4, "accepted": 3})) == (
        "\n  8 faults planted, 3 survived; 3 more change nothing, as accepted.toml says; 4 could not be planted"
    )
