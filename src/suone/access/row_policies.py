"""Row policies as part of a model: declared in ``Meta.constraints``, so they travel in migrations."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint

from suone.access.database import APP_ROLE

_COMMANDS = ("select", "insert", "update", "delete")


class RowPolicies(BaseConstraint):
    """Who reaches which rows of a table, one condition per command, enforced by PostgreSQL for the app's role.

    A condition is SQL in which ``{table}`` stands for the policed table. A command without a condition is refused.
    For ``update`` the condition holds for the row before and after; ``select`` must hold as well.
    """

    violation_error_message = "This row is not yours to keep."

    def __init__(
        self,
        *,
        name: str,
        select: str | None = None,
        insert: str | None = None,
        update: str | None = None,
        delete: str | None = None,
    ) -> None:
        self.conditions: Mapping[str, str | None] = {
            "select": select,
            "insert": insert,
            "update": update,
            "delete": delete,
        }
        super().__init__(name=name)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        table = model._meta.db_table
        statements = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
        for command in _COMMANDS:
            condition = self.conditions[command]
            if condition is None:
                continue
            condition = condition.replace("{table}", table)
            clause = {
                "insert": f"WITH CHECK ({condition})",
                "update": f"USING ({condition}) WITH CHECK ({condition})",
            }.get(command, f"USING ({condition})")
            statements.append(
                f"CREATE POLICY {table}_{command} ON {table} FOR {command.upper()} TO {APP_ROLE} {clause}"
            )
        return ";\n".join(statements)

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        # A policy is no part of CREATE TABLE: it follows once the table stands.
        assert schema_editor is not None
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        table = model._meta.db_table
        drops = [f"DROP POLICY IF EXISTS {table}_{command} ON {table}" for command in _COMMANDS]
        return ";\n".join([*drops, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"])

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to check in Python: the database is the judge."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {command: condition for command, condition in self.conditions.items() if condition is not None}
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowPolicies) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


def anybody_acting() -> str:
    """Everybody who acts in a known capacity: for tables that hold nothing about persons concerned."""
    return "(SELECT actor_kind()) IS NOT NULL"


def whoever_may(permission: str) -> str:
    """Jobs, and those whose role has the permission."""
    return f"(SELECT actor_kind()) = 'job' OR (SELECT actor_may('{permission}'))"


def granted(power: int, *, on: str = "dossier_id", column: str | None = None, category: str | None = None) -> str:
    """Whoever holds a grant in force over the row's case (or person), and jobs.

    ``on`` is the grant's column to meet (``dossier_id`` or ``person_id``), ``column`` the row's (the same name unless
    told), ``category`` an SQL expression for the row's data category as a bit number; without it any category will do.

    Two index probes, one for the institution and one for the staff member, instead of an OR over a join. OFFSET 0
    keeps PostgreSQL from hashing the whole grants table for a page of fifty rows. The clock is statement_timestamp():
    an expiry takes effect inside an open transaction too. (The grants table stands in ``dossiers``; its columns are
    named here because persons, one floor below it, are policed by it too.)
    """
    covers = "" if category is None else f" AND (g.categories & (1::bigint << {category})) <> 0"
    probe = (
        "EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.{on} = {{table}}.{column} AND g.{principal}"
        " AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()"
        " AND g.power >= {power}{covers} OFFSET 0)"
    )
    common = {"on": on, "column": column or on, "power": int(power), "covers": covers}
    as_institution = probe.format(principal="institution_id = (SELECT actor_institution())", **common)
    as_staff = probe.format(principal="staff_id = (SELECT actor_staff())", **common)
    return f"(SELECT actor_kind()) = 'job' OR {as_institution} OR {as_staff}"
