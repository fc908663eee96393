"""The worker process: carries out jobs until it is stopped, without output."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
    django.setup()
    from procrastinate.contrib.django import app, django_connector

    connector = app.connector
    if not isinstance(connector, django_connector.DjangoConnector):
        raise TypeError("The jobs wait in Django's database: no other connector is set up.")
    with app.replace_connector(connector.get_worker_connector()) as worker:
        worker.run_worker()


if __name__ == "__main__":
    main()
