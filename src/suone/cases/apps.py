from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "suone.cases"
    label = "cases"

    def ready(self) -> None:
        from suone.cases.requests import TO_TAKE_PART
        from suone.decisions.kinds import register

        register(TO_TAKE_PART)
