from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "suone.casework.support"
    label = "support"
