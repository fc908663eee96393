from django.apps import AppConfig


class HandoversConfig(AppConfig):
    name = "suone.casework.handovers"
    label = "handovers"

    def ready(self) -> None:
        from suone.casework.handovers.request_to_hand_over import TO_CONTACT, TO_HAND_OVER
        from suone.records.decisions.models import register

        register(TO_HAND_OVER)
        register(TO_CONTACT)
