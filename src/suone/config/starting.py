"""What the processes need before they begin: a database that answers and fits this version, files made from the code."""

from typing import Any

from suone.ground.console.progress import step


def start_server() -> None:
    """Start the embedded PostgreSQL server, unless another one is given."""
    from django.conf import settings

    from suone.config import embedded, env

    if env.uses_embedded_server():
        with step("Start the embedded PostgreSQL server"):
            embedded.start(settings.VAR)


def prepare_database() -> None:
    """Bring the database to this version, as its owner, on a server that has all it needs."""
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
    """What pages need beside the code."""
    compile_translations()
    with step("Collect pictures and styles"):
        django_command("collectstatic", interactive=False, verbosity=0)


def compile_translations() -> None:
    """From the catalogues in ``locale/``."""
    from suone.config.translations import compile_catalogues

    with step("Compile translations"):
        compile_catalogues()


def django_command(command: str, **options: Any) -> None:
    """One of Django's own commands."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command(command, **options)
