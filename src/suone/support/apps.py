from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "suone.support"
    label = "support"
