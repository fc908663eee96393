"""What the processes need before they start: a running database at this version, and generated files."""

from typing import Any

from suone.ground.console.progress import step


def start_server() -> None:
    """Start the embedded PostgreSQL server, unless another server is configured."""
    from django.conf import settings

    from suone.config import embedded, env

    if env.uses_embedded_server():
        with step("Start the embedded PostgreSQL server"):
            embedded.start(settings.VAR)


def prepare_database() -> None:
    """Create roles, database and extensions where possible, then migrate as the owner."""
    from django.conf import settings

    from suone.config import env, prepare

    start_server()
    if env.uses_embedded_server():
        prepare.prepare_embedded(settings.VAR)
    else:
        with step("Ask the database server"):
            prepare.prepare_given(settings.DATABASES["owner"], settings.DATABASES["default"])
    with step("Bring the database to this version"):
        django_command("migrate", database="owner", interactive=False, verbosity=0)


def make_files_ready() -> None:
    """Compile translations and collect static files."""
    compile_translations()
    with step("Collect pictures and styles"):
        django_command("collectstatic", interactive=False, verbosity=0)


def compile_translations() -> None:
    """Compile the catalogues in ``locale/``."""
    from suone.config.translations import compile_catalogues

    with step("Compile translations"):
        compile_catalogues()


def django_command(command: str, **options: Any) -> None:
    """Run one of Django's management commands."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command(command, **options)
