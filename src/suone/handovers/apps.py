from django.apps import AppConfig


class HandoversConfig(AppConfig):
    name = "suone.handovers"
    label = "handovers"

    def ready(self) -> None:
        from suone.decisions.kinds import register
        from suone.handovers.requests import TO_HAND_OVER

        register(TO_HAND_OVER)
