"""Access is what the reference model says: random worlds, every actor, every table, every command.

``SUONE_DECISIONS`` says how many decisions are compared at least; a world has some six hundred thousand.
"""

import os
import sys

import pytest

from tests.mutants import policies as planted
from tests.reference.application import filter_of, filtered_models
from tests.reference.beside import Beside, Expected, differences
from tests.reference.drawn import drawn_beside
from tests.reference.tables import TABLES

DECISIONS = int(os.environ.get("SUONE_DECISIONS", "10000"))
# What places a row, or says whose it is, never changes; where it is no key, the table is named.
PLACING = {
    "dossier_id", "person_id", "meeting_id", "plan_id", "assessment_id", "decision_id", "consent_id", "service_id",
    "invitee_id", "proposal_id", "sender_id", "receiver_id", "addressed_id", "addressed_staff_id",
    "asked_institution_id", "convening_id", "institution_id", "account_id", "user_id", "staff_id", "because",
    "because_id", "opened_at", "recorded_at",
}  # fmt: skip
CHANGES = {
    ("plans_measure", "institution_id"),  # who carries a measure out
    ("plans_measure", "staff_id"),
    ("meetings_dateanswer", "staff_id"),  # who answered for the institution
    ("appointments_contactperson", "staff_id"),
    ("cases_participant", "staff_id"),  # who answers there
    ("support_service", "staff_id"),  # who carries the service out
    ("support_service", "institution_id"),
    ("meetings_entry", "plan_id"),  # what became of a decision of the meeting
    ("meetings_entry", "service_id"),
}


def test_every_policed_table_has_its_rules(beside: Beside) -> None:
    """A new table enters ``tables.py`` with its rules, or the model says nothing about it."""
    assert beside.policed == set(TABLES), (
        "Write the rules of a new table, or take those of a removed one out of, tables.py."
    )


def test_postgresql_decides_as_the_model(beside: Beside, capsys: pytest.CaptureFixture[str]) -> None:
    compared = worlds = 0

    def count(number: int) -> None:
        nonlocal compared
        compared += number

    while compared < DECISIONS:
        worlds += 1
        world, actors = drawn_beside(beside, worlds)
        assert [str(found) for found in differences(beside, Expected(world), actors, counted=count)][:20] == []

    if DECISIONS > 10_000:
        with capsys.disabled():
            sys.stdout.write(f"\n  {compared:,} decisions in {worlds} worlds, 0 differences\n".replace(",", "'"))


def test_the_applications_filters_decide_as_the_model(beside: Beside) -> None:
    """With the policies off: as the owner, whom they do not bind."""
    world, actors = drawn_beside(beside, 1)
    asked = 0

    for model in filtered_models():
        table = model._meta.db_table
        granted = TABLES[table].granted
        assert granted is not None, f"{table} is filtered by grants: say so in its rules"
        for actor in actors:
            if actor.kind == "" or (actor.kind == "job" and actor.institution is not None):
                continue  # the application has neither
            statement, values = filter_of(model, actor)
            found = {row[0] for row in beside.connection.execute(statement.encode(), values)}
            expected = {
                number
                for number, row in world.rows[table].items()
                if actor.kind in ("staff", "job") and granted(world, actor, row)
            }
            assert found == expected, f"{actor.name}, {table}"
            asked += len(world.rows[table])

    assert asked > 5_000


def test_both_locks_together_open_what_each_of_them_opens(beside: Beside) -> None:
    world, actors = drawn_beside(beside, 1)
    expected = Expected(world)

    for model in filtered_models():
        table = model._meta.db_table
        granted = TABLES[table].granted
        assert granted is not None
        for actor in (actor for actor in actors if actor.kind == "staff"):
            statement, values = filter_of(model, actor)
            with beside.acting(actor):
                found = {row[0] for row in beside.connection.execute(statement.encode(), values)}
            assert found == {
                number
                for number in expected.rows(actor, table, "select")
                if granted(world, actor, world.rows[table][number])
            }, f"{actor.name}, {table}"


def test_what_places_a_row_never_changes(beside: Beside) -> None:
    rows = beside.connection.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relname = ANY (%s) AND NOT a.attisdropped"
        " AND has_column_privilege('suone_app', c.oid, a.attnum, 'UPDATE')",
        [list(TABLES)],
    ).fetchall()

    keys = {(table, beside.tables[table].key) for table in TABLES}
    assert {place for place in rows if place[1] in PLACING or place in keys} - CHANGES == set(), (
        "Take these columns out of updates=(…) of the model: whoever belongs elsewhere gets a new row."
    )


def test_a_loosened_policy_is_found(beside: Beside) -> None:
    """Planted into the catalogue, as the clearest of all faults."""
    world, actors = drawn_beside(beside, 1)
    beside.connection.execute(
        "ALTER POLICY dossiers_event_select ON dossiers_event USING (EXISTS (SELECT 1 FROM dossiers_grant g"
        " WHERE g.dossier_id = dossiers_event.dossier_id AND g.valid_from <= statement_timestamp()"
        " AND g.valid_until > statement_timestamp()))"
    )

    found = differences(beside, Expected(world), actors, places=[("dossiers_event", "select")])

    beside.connection.rollback()
    assert found
    assert all(not difference.model for difference in found if difference.actor.startswith("staff"))


def test_loosened_conditions_are_found(beside: Beside) -> None:
    """A fixed sample of all planted faults: every 31st; ``make mutants`` plants all."""
    sample = left = list(planted.all_faults(beside))[::31]

    for seed in range(1, 121):
        left = planted.survivors(left, beside, [drawn_beside(beside, seed)]) if left else []

    assert len(sample) > 100
    assert [str(fault) for fault in left] == []
