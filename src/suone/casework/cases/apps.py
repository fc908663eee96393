from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "suone.casework.cases"
    label = "cases"

    def ready(self) -> None:
        from suone.casework.cases.queries import audience
        from suone.casework.cases.request_to_take_part import TO_TAKE_PART
        from suone.records.decisions.models import register
        from suone.records.dossiers.audience import register as register_audience

        register(TO_TAKE_PART)
        register_audience(audience)
