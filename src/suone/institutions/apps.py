from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "suone.institutions"
    label = "institutions"

    def ready(self) -> None:
        from suone.institutions.logins import listen

        listen()
