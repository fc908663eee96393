from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "suone.cases"
    label = "cases"

    def ready(self) -> None:
        from suone.cases.queries import concerned
        from suone.cases.requests import TO_TAKE_PART
        from suone.decisions.kinds import register
        from suone.dossiers.concerned import register as register_concerned

        register(TO_TAKE_PART)
        register_concerned(concerned)
