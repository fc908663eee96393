"""Row policies as part of a model: declared in ``Meta.constraints``, so they travel in migrations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint

from suone.ground.access.acting import Kind
from suone.ground.access.database import APP_ROLE

_COMMANDS = ("select", "insert", "update", "delete")
# The kinds of actors that reach rows about persons unless a table names others.
STAFF_AND_JOBS = (Kind.STAFF, Kind.JOB)
EVERY_KIND = tuple(Kind)


class InDatabase(BaseConstraint):
    """Declared in a model's ``Meta.constraints`` and created in PostgreSQL, but not as a table constraint: rights, policies, triggers."""

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        # Not part of CREATE TABLE, but run right after it.
        assert schema_editor is not None
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to check in Python: the database enforces it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


class TableRights(InDatabase):
    """What the app's role may do with a table, by command and, for updates, by column.

    Used alone for a table without row policies; a table about persons has ``RowPolicies``, which include it.
    ``allows`` lists commands for all columns (``select``, ``insert``, ``update``, ``delete``). ``updates`` lists the fields
    that may ever change; those that place a row (case, institution, meeting, author) never do. ``inserts`` lists the fields
    that a new row may set, if the database fills in the others.
    """

    violation_error_message = "This row is not yours to keep."

    def __init__(
        self, *, name: str, allows: Iterable[str] = (), updates: Iterable[str] = (), inserts: Iterable[str] = ()
    ) -> None:
        self.allows = tuple(sorted(allows))
        self.updates = tuple(sorted(updates))
        self.inserts = tuple(sorted(inserts))
        super().__init__(name=name)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        return ";\n".join(self._rights(model))

    def _rights(self, model: type[models.Model]) -> list[str]:
        """The statements that leave exactly these rights, whatever was granted before."""
        table = model._meta.db_table
        statements = [f"REVOKE ALL ON {table} FROM {APP_ROLE}"]
        statements += [f"GRANT {command.upper()} ON {table} TO {APP_ROLE}" for command in self.allows]
        for command, names in (("UPDATE", self.updates), ("INSERT", self.inserts)):
            if names:
                columns = ", ".join(f'"{_column(model, name)}"' for name in names)
                statements.append(f"GRANT {command} ({columns}) ON {table} TO {APP_ROLE}")
        return statements

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        return f"REVOKE ALL ON {model._meta.db_table} FROM {APP_ROLE}"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        named = {"allows": self.allows, "updates": self.updates, "inserts": self.inserts}
        return path, args, kwargs | {name: values for name, values in named.items() if values}


class RowPolicies(TableRights):
    """Who reaches which rows of a table, enforced by PostgreSQL for the app's role.

    One SQL condition per command, in which ``{table}`` stands for the table. Without a condition, the app's role has no
    right to the command at all. ``kinds`` are the kinds of actors to whom the conditions apply; all others reach nothing.
    Only a row that can be read can be changed or deleted: ``update`` and ``delete`` imply ``select``. ``update`` applies to
    the row before and after the change, ``before`` only to the row before, such as that a request is still open.
    ``before_log_in`` allows reading while nobody acts yet.
    """

    def __init__(
        self,
        *,
        name: str,
        select: str | None = None,
        insert: str | None = None,
        update: str | None = None,
        before: str | None = None,
        updates: Iterable[str] = (),
        inserts: Iterable[str] = (),
        delete: str | None = None,
        kinds: Iterable[str] = STAFF_AND_JOBS,
        before_log_in: bool = False,
    ) -> None:
        self.conditions: Mapping[str, str | None] = {
            "select": select,
            "insert": insert,
            "update": update,
            "delete": delete,
        }
        self.before = before
        self.before_log_in = before_log_in
        self.kinds = tuple(sorted(Kind(kind).value for kind in kinds))
        by_column = {"update", *(["insert"] if inserts else [])}
        allows = [command for command in _COMMANDS if self.conditions[command] is not None and command not in by_column]
        super().__init__(name=name, allows=allows, updates=updates, inserts=inserts)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        table = model._meta.db_table
        statements = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", *self._rights(model)]
        for command in _COMMANDS:
            if self.conditions[command] is None:
                continue
            whole = self._whole(command)
            before = f"{whole} AND ({self.before})" if self.before else whole
            clause = {
                "insert": f"WITH CHECK ({whole})",
                "update": f"USING ({before}) WITH CHECK ({whole})",
            }.get(command, f"USING ({whole})")
            statements.append(
                f"CREATE POLICY {table}_{command} ON {table} FOR {command.upper()} TO {APP_ROLE} "
                + clause.replace("{table}", table)
            )
        return ";\n".join(statements)

    def _whole(self, command: str) -> str:
        """The complete condition of a command, including the kinds of actors and ``select``."""
        own, select = self.conditions[command], self.conditions["select"]
        if command == "select" and self.before_log_in:
            return f"({own})"
        kinds = ", ".join(f"'{kind}'" for kind in self.kinds)
        parts = [f"(SELECT actor_kind()) IN ({kinds})"]
        if command in ("update", "delete") and select != own:
            parts.append(f"({select or 'false'})")
        return " AND ".join([*parts, f"({own})"])

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        table = model._meta.db_table
        drops = [f"DROP POLICY IF EXISTS {table}_{command} ON {table}" for command in _COMMANDS]
        return ";\n".join(
            [*drops, super().remove_sql(model, schema_editor), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("allows", None)
        kwargs |= {command: condition for command, condition in self.conditions.items() if condition is not None}
        if self.before:
            kwargs["before"] = self.before
        if self.kinds != tuple(sorted(STAFF_AND_JOBS)):
            kwargs["kinds"] = self.kinds
        if self.before_log_in:
            kwargs["before_log_in"] = True
        return path, args, kwargs


class AdditionalInsertPolicy(InDatabase):
    """Staff may also insert into a table of a lower package, such as a timeline, under a condition of this package.

    The lower package knows no acts of those above it. PostgreSQL combines this policy with the table's own by OR.
    ``into`` is the name of the lower table, ``condition`` SQL in which ``{table}`` stands for it.
    """

    def __init__(self, *, name: str, into: str, condition: str) -> None:
        self.into = into
        self.condition = condition
        super().__init__(name=name)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        condition = self.condition.replace("{table}", self.into)
        return (
            f"CREATE POLICY {self.name} ON {self.into} FOR INSERT TO {APP_ROLE}"
            f" WITH CHECK ((SELECT actor_kind()) = 'staff' AND ({condition}))"
        )

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        return f"DROP POLICY IF EXISTS {self.name} ON {self.into}"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"into": self.into, "condition": self.condition}


class Stamp(InDatabase):
    """A trigger that guarantees who did something to a row, and when, for everything that the app's role writes.

    ``at`` is a field for a time or day, which is set to that of the statement whatever was sent; with it, ``transaction``
    is set to the number of the transaction, for rows that only the same one may complete. ``staff``,
    ``institution`` and ``account`` are fields for who did it; unless they name the actor, the row is refused. Not for days
    that users enter. ``watches`` are fields, such as a text, that do not change without the stamp.
    """

    def __init__(
        self,
        *,
        name: str,
        at: str = "",
        staff: str = "",
        institution: str = "",
        account: str = "",
        transaction: str = "",
        watches: Iterable[str] = (),
    ) -> None:
        self.fields = {
            "at": at,
            "staff": staff,
            "institution": institution,
            "account": account,
            "transaction": transaction,
        }
        self.watches = tuple(watches)
        super().__init__(name=name)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        columns = {part: _column(model, name) if name else "" for part, name in self.fields.items()}
        texts = [_column(model, name) for name in self.watches]
        watched = ", ".join(f'"{column}"' for column in [*columns.values(), *texts] if column)
        arguments = ", ".join(f"'{column}'" for column in [*columns.values(), *texts])
        return (
            f"CREATE TRIGGER {self.name} BEFORE INSERT OR UPDATE OF {watched} ON {model._meta.db_table} FOR EACH ROW"
            f" WHEN (current_user = '{APP_ROLE}') EXECUTE FUNCTION actor_stamps({arguments})"
        )

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        return f"DROP TRIGGER IF EXISTS {self.name} ON {model._meta.db_table}"

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        named: dict[str, Any] = {part: name for part, name in self.fields.items() if name}
        return path, args, kwargs | named | ({"watches": self.watches} if self.watches else {})


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def fields_that_change(model: models.Model | type[models.Model]) -> frozenset[str]:
    """The fields that may ever change, as declared by the table's rights."""
    rights = [constraint for constraint in model._meta.constraints if isinstance(constraint, TableRights)]
    return frozenset(name for constraint in rights for name in constraint.updates)


def any_actor() -> str:
    """Condition: every kind of actor that the table admits; for tables without data about persons concerned."""
    return "true"


def job() -> str:
    """Condition: scheduled jobs only."""
    return "(SELECT actor_kind()) = 'job'"


def own_institution(column: str = "institution_id") -> str:
    """Condition: staff acting for the institution that the row names."""
    return f"((SELECT actor_kind()) = 'staff' AND {{table}}.{column} = (SELECT actor_institution()))"


def own_staff(column: str = "staff_id") -> str:
    """Condition: the staff member whom the row names."""
    return f"((SELECT actor_kind()) = 'staff' AND {{table}}.{column} = (SELECT actor_staff()))"


def permitted(permission: str) -> str:
    """Condition: jobs, and staff with a role that has the permission."""
    return f"(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND (SELECT actor_may('{permission}')))"


def granted(
    power: int,
    *,
    on: str = "dossier_id",
    column: str | None = None,
    category: str | None = None,
    author: str | Sequence[str] = (),
) -> str:
    """Condition: staff with a grant in force on the row's case (or person), and jobs.

    ``power`` is the least power needed (1 read, 2 write, 3 lead). ``on`` is the column of the grant to match
    (``dossier_id`` or ``person_id``), ``column`` that of the row (the same name by default), ``category`` an SQL expression
    for the row's data category as a bit number; without it, a grant on any category suffices. ``author`` is the column
    (or columns) of the appointment that recorded the row, for whom a grant on any category suffices: authors can read what
    they recorded as long as the case is open to them.

    Two index probes, one for the institution and one for the staff member, instead of an OR over a join. OFFSET 0
    keeps PostgreSQL from hashing the whole grants table for a page of fifty rows. The clock is statement_timestamp(),
    so that an expiry takes effect inside an open transaction, too. (The grants table belongs to ``dossiers``; its columns
    are named here because ``persons``, one floor below, uses it in its policies.)
    """
    covers = "" if category is None else f"(g.categories & (1::bigint << {category})) <> 0"
    if covers:
        authors = [author] if isinstance(author, str) else author
        own = "".join(f" OR {{table}}.{column} = (SELECT actor_staff())" for column in authors)
        covers = f" AND ({covers}{own})" if own else f" AND {covers}"
    probe = (
        "EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.{on} = {{table}}.{column} AND g.{principal}"
        " AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()"
        " AND g.power >= {power}{covers} OFFSET 0)"
    )
    common = {"on": on, "column": column or on, "power": int(power), "covers": covers}
    as_institution = probe.format(principal="institution_id = (SELECT actor_institution())", **common)
    as_staff = probe.format(principal="staff_id = (SELECT actor_staff())", **common)
    return f"(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND ({as_institution} OR {as_staff}))"


def granted_all_of(power: int, mask: str) -> str:
    """Condition: staff whose grants on the row's case together cover every category in a mask, and jobs.

    ``mask`` is an SQL expression for a bit mask of categories. Clock and index probes are those of ``granted``; without
    any grant the combined mask is NULL, and so is the condition.
    """
    probe = (
        "SELECT g.categories FROM dossiers_grant g WHERE g.dossier_id = {{table}}.dossier_id AND g.{principal}"
        " AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp() AND g.power >= {power}"
    )
    as_institution = probe.format(principal="institution_id = (SELECT actor_institution())", power=int(power))
    as_staff = probe.format(principal="staff_id = (SELECT actor_staff())", power=int(power))
    return (
        f"(SELECT actor_kind()) = 'job' OR ((SELECT actor_kind()) = 'staff' AND ({mask} & ~(SELECT"  # noqa: S608
        f" bit_or(o.categories) FROM ({as_institution} UNION ALL {as_staff}) o)) = 0)"
    )
