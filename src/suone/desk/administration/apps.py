from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "suone.desk.administration"
    label = "administration"

    def ready(self) -> None:
        import suone.desk.administration.letters  # noqa: F401 - it writes the mails of this package
