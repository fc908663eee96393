"""What holds for every view, table, model, template, act, setting and document."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.db import connection, models
from django.forms import ModelChoiceField

from suone.config.cli import main
from suone.config.env import SETTINGS
from suone.desk.directory import forms as directory_forms
from suone.ground.access.database import APP_ROLE
from suone.ground.access.permissions import SENSITIVE_PERMISSIONS, Permission, Role
from suone.ground.access.row_policies import RowPolicies
from suone.ground.audit.acts import all_acts
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.fields import SeveralStaffField, StaffField
from suone.organisation.appointments.models import Appointment
from tests.sweep.addresses import LIBRARIES, all_addresses

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "suone"

# Views without a decorator: they show nothing about anybody.
UNDECORATED = {
    "set_language": "keeps a language in a cookie, before a log-in too",
    "healthz": "tells a load balancer whether the process lives",
    "robots": "tells search engines to stay away",
    "api:openapi-json": "describes the API for partners' systems",
    "api:api-root": "answers that nothing is there",
}
# Exports that do not ask for the second factor again.
NOT_ASKING_AGAIN = {
    "meeting_calendar": "date, place and an own word for one's own meeting: nothing about a case leaves",
}
# Tables without policies.
OPEN_TABLES = {
    "access_user": "a log-in looks accounts up before anybody acts; accounts hold no case",
    "entrances_shared": "wrong attempts are counted before anybody acts; keys are hashed, and nothing concerns a case",
}
OWN_APPS = [config for config in apps.get_app_configs() if config.name.startswith("suone.")]
OWN_MODELS = [model for config in OWN_APPS for model in config.get_models(include_auto_created=True)]
PACKAGES = sorted(
    path.parent
    for path in SOURCES.rglob("__init__.py")
    if len(path.relative_to(SOURCES).parts) in (2, 3) and path.parent.name not in ("tests", "migrations")
)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]


def _dotted(package: Path) -> str:
    return ".".join(package.relative_to(SOURCES.parent).parts)


def test_every_view_is_decorated() -> None:
    without = {
        address.name
        for address in all_addresses()
        if not address.pattern.startswith(LIBRARIES) and not address.is_decorated()
    }

    assert without == set(UNDECORATED), (
        "Put @reads(…) or @acts(…) on the view, or name it in UNDECORATED with the reason."
    )


def test_a_colleague_is_chosen_with_a_search_wherever_one_is_chosen() -> None:
    modules = [import_module(f"{_dotted(path)}.forms") for path in PACKAGES if (path / "forms.py").exists()]
    forms = {form for module in modules for form in vars(module).values() if hasattr(form, "base_fields")}
    forms |= {directory_forms.entry_form(kind) for kind in directory_forms.KINDS}
    fields = {
        f"{form.__name__}.{name}": field
        for form in forms
        for name, field in form.base_fields.items()
        if isinstance(field, ModelChoiceField) and field.queryset is not None and field.queryset.model is Appointment
    }

    lists = {name for name, field in fields.items() if not isinstance(field, StaffField | SeveralStaffField)}

    assert len(fields) > 20
    lists = {name for name in lists if not name.endswith(".named_persons")}  # rows of a table: chosen by add_person
    assert lists == {"LogFilter.staff"}, (
        "Use StaffField or SeveralStaffField of appointments/fields.py."
    )  # what is asked there stands in the address, where no name belongs


def test_every_sensitive_act_and_every_export_asks_again_who_is_there() -> None:
    views = {address.name: view for address in all_addresses() for view in address.views if hasattr(view, "kind")}
    sensitive = {
        name
        for name, view in views.items()
        if view.kind == RecordKind.EXPORT
        or (view.kind == RecordKind.CHANGE and view.permission in SENSITIVE_PERMISSIONS)
    }
    asking = {name for name, view in views.items() if view.sensitive}

    assert sensitive >= {"break_glass", "clear_doubt", "part_keys", "export_assessments", "export_cases"}
    assert sensitive - asking == set(NOT_ASKING_AGAIN), "Add sensitive=True to the decorator of these views."


def test_every_model_is_policed_or_open_with_a_reason() -> None:
    unpoliced = {
        model._meta.db_table
        for model in OWN_MODELS
        if not any(isinstance(constraint, RowPolicies) for constraint in model._meta.constraints)
        and not model._meta.auto_created
    }

    assert unpoliced == set(OPEN_TABLES), (
        "Give the model RowPolicies, or name its table in OPEN_TABLES with the reason."
    )


def test_the_database_holds_the_policies_that_the_models_declare(db: None) -> None:
    declared = {
        (model._meta.db_table, command)
        for model in OWN_MODELS
        for constraint in model._meta.constraints
        if isinstance(constraint, RowPolicies)
        for command, condition in constraint.conditions.items()
        if condition is not None
    }
    # Made by Django for many-to-many fields; their policies are in institutions/sql/.
    for table in ("institutions_convention_parties", "institutions_institution_regions"):
        declared |= {(table, command) for command in ("select", "insert", "delete")}

    # Of libraries (signin/sql/accounts.sql).
    declared |= {
        (table, "all")
        for table in ("account_emailaddress", "django_session", "mfa_authenticator", "socialaccount_socialaccount")
    }
    declared |= {("axes_accessfailurelog", command) for command in ("select", "insert", "delete")}
    declared |= {(f"procrastinate_{part}", "all") for part in ("jobs", "events", "periodic_defers", "workers")}
    declared |= {("procrastinate_jobs", "select"), ("procrastinate_jobs", "insert"), ("procrastinate_events", "insert")}
    declared |= {("account_emailaddress", command) for command in ("select", "delete")}

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, lower(cmd) FROM pg_policies WHERE roles = %s", [[APP_ROLE]])
        kept = set(cursor.fetchall())
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
        policed = {name for (name,) in cursor.fetchall()}

    assert kept == declared, "Make a migration (makemigrations), or name here what an SQL file creates."
    assert {table for table, _command in declared} <= policed


def test_the_apps_role_owns_nothing_and_passes_over_no_policy(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = %s",
            [APP_ROLE],
        )
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [APP_ROLE])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT pg_has_role(%s, 'suone_owner', 'MEMBER')", [APP_ROLE])
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    ("table", "rights"),
    [
        ("audit_entry", {"SELECT"}),  # and INSERT into some of its columns
        ("audit_seal", {"SELECT"}),
        ("audit_tile", {"SELECT"}),
        ("dossiers_grant", {"SELECT"}),
    ],
)
def test_what_only_functions_may_write_the_apps_role_may_not(db: None, table: str, rights: set[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) AS privilege"
            " WHERE has_table_privilege(%s, %s, privilege)",
            [APP_ROLE, table],
        )
        assert {privilege for (privilege,) in cursor.fetchall()} == rights


def test_every_function_with_the_owners_rights_fixes_its_search_path(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND NOT coalesce(proconfig::text, '') LIKE CASE"
            " WHEN pronamespace = 'register'::regnamespace THEN '%%search_path=register, public, pg_temp%%'"
            " ELSE '%%search_path=public, pg_temp%%' END"
            " AND pronamespace IN ('public'::regnamespace, 'register'::regnamespace)"
            " AND NOT proname LIKE 'procrastinate%%'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("model", [model for model in OWN_MODELS if not model._meta.auto_created])
def test_every_model_declares_its_personal_data(model: type[models.Model]) -> None:
    declared = model.__dict__.get("personal_data")

    assert isinstance(declared, tuple), "name the fields that are personal data, or () for none"
    assert set(declared) <= {field.name for field in model._meta.get_fields()}


def test_every_template_is_used() -> None:
    # Found by the libraries under names of their own.
    of_libraries = {"account", "mfa", "socialaccount", "allauth", "openid", "429.html"}
    templates = {
        str(path.relative_to(folder))
        for folder in SOURCES.rglob("jinja2")
        for path in folder.rglob("*.*")
        if path.relative_to(folder).parts[0] not in of_libraries
    }
    texts = "\n".join(
        path.read_text()
        for pattern in ("*.py", "*.html", "*.txt")
        for path in SOURCES.rglob(pattern)
        if "tests" not in path.parts
    )

    assert {name for name in templates if name not in texts} == set(), "Nothing uses these templates: remove them."


def test_the_codes_of_acts_are_unique() -> None:
    codes = Counter(
        act.value
        for package in PACKAGES
        if (package / "acts.py").exists()
        for act in getattr(import_module(f"{_dotted(package)}.acts"), "Act", ())
    )

    assert [code for code, count in codes.items() if count > 1] == [], "Two acts have this code: choose another one."


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_act_permission_and_role_has_its_sentence(language: str) -> None:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    choices = [*all_acts(), *Permission, *Role]

    without = [str(choice.value) for choice in choices if not _translated(catalogue, choice)]

    assert len(choices) > 100
    assert without == [], "Run make translations, then fill these in in locale/."


def _translated(catalogue: object, choice: models.TextChoices) -> bool:
    from django.utils import translation

    with translation.override(None):
        message = catalogue.get(str(choice.label))  # type: ignore[attr-defined]
    return bool(message and message.string)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()

    without = [setting.name for setting in SETTINGS if f"`{setting.name}`" not in page]
    assert without == [], "Describe these in docs/configuration.md."


def test_only_one_file_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if "tests" not in path.parts and re.search(r"os\.environ(?!\.setdefault)|os\.getenv", path.read_text())
    }

    assert readers <= {"config/env.py", "config/embedded.py"}, (
        "Add a setting to config/env.py, and read it from settings."
    )


def test_every_command_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = []
    for document in DOCUMENTS:
        text = document.read_text()
        for target in re.findall(r"^(?:\S+=\S+ )*make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE):
            if "".join(target) not in targets:
                unknown.append(f"{document.name}: make {''.join(target)}")
        for words in re.findall(r"(?:^|`)suone ([a-z]+(?: [a-z-]+)?)", text, re.MULTILINE):
            if not _is_command(words.split()):
                unknown.append(f"{document.name}: suone {words}")

    assert unknown == []


def _is_command(words: list[str]) -> bool:
    command: click.Command | None = main
    for word in words:
        if not isinstance(command, click.Group):
            return True  # what follows are arguments
        command = command.get_command(click.Context(command), word)
        if command is None:
            return False
    return True


def test_every_page_that_a_document_links_exists() -> None:
    missing = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]

    assert missing == []


def test_pages_load_nothing_from_other_hosts() -> None:
    loaded = [
        f"{path.relative_to(SOURCES)}: {line.strip()[:80]}"
        for pattern in ("*.html", "*.scss", "*.css", "*.js")
        for path in SOURCES.rglob(pattern)
        for line in path.read_text().splitlines()
        if re.search(r"(?:src|href|action)=[\"']https?:|url\([\"']?(?:https?:|data:)|@import [\"']https?:", line)
    ]

    assert loaded == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_says_what_it_is_for(package: Path) -> None:
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text()))


def test_every_public_service_query_and_rule_has_a_docstring() -> None:
    files = [path for name in ("services", "queries", "rules") for path in SOURCES.rglob(f"{name}.py")]
    files += [path for path in SOURCES.rglob("services/*.py") if "tests" not in path.parts]
    without = [
        f"{path.relative_to(SOURCES)}:{part.lineno} {part.name}"
        for path in files
        for part in _public_parts(ast.parse(path.read_text()))
        if ast.get_docstring(part) is None
    ]

    assert without == [], "Say in a first line what it means to the caseworker; then units, errors and the law."


def _public_parts(tree: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for part in tree.body:
        if isinstance(part, ast.ClassDef | ast.FunctionDef) and not part.name.startswith("_"):
            yield part
            if isinstance(part, ast.ClassDef):
                yield from _public_parts(part)


def test_no_view_and_no_form_keeps_a_row() -> None:
    keepers = [
        f"{path.relative_to(SOURCES)}:{call.lineno}"
        for name in ("views.py", "forms.py")
        for path in SOURCES.rglob(name)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"save", "create", "bulk_create", "update_or_create", "get_or_create"}
    ]

    assert keepers == [], "Call one service instead: views and forms save nothing."


def test_rules_know_no_clock_and_no_rows() -> None:
    forbidden = re.compile(
        r"timezone|\.objects\b|date\.today|datetime\.now|from suone\.[\w.]+\.(models|queries|services)"
    )

    found = [str(path) for path in SOURCES.rglob("rules.py") if forbidden.search(path.read_text())]
    assert found == [], "Rules get the day as on=, and values instead of rows."


class _Clocks(ast.NodeVisitor):
    """Where a module asks the clock as it is imported: the day it keeps is yesterday's once midnight passes."""

    def __init__(self) -> None:
        self.lines: list[int] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, node.args):
            self.visit(part)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("localdate", "localtime", "now", "today"):
            self.lines.append(node.lineno)
        self.generic_visit(node)


def test_nothing_asks_the_clock_before_it_runs() -> None:
    found = []
    for path in (*SOURCES.rglob("*.py"), *(ROOT / "tests").rglob("*.py")):
        clocks = _Clocks()
        clocks.visit(ast.parse(path.read_text()))
        found += [f"{path.relative_to(ROOT)}:{line}" for line in clocks.lines]

    assert found == []


def test_every_sentence_of_the_code_is_in_the_catalogues() -> None:
    """Those inside f-strings too, which the extraction does not read."""
    with (ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)

    missing = [
        f"{path.relative_to(SOURCES)}:{call.lineno}: {call.args[0].value}"
        for path in SOURCES.rglob("*.py")
        if "tests" not in path.parts
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"_", "gettext", "gettext_lazy"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and catalogue.get(call.args[0].value) is None
    ]

    assert missing == [], "Run make translations; take a sentence out of its f-string if it is still missing."
