from django.apps import AppConfig


class HandoversConfig(AppConfig):
    name = "suone.casework.handovers"
    label = "handovers"

    def ready(self) -> None:
        from suone.casework.handovers.requests import TO_HAND_OVER
        from suone.records.decisions.kinds import register

        register(TO_HAND_OVER)
