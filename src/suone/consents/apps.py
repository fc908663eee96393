from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "suone.consents"
    label = "consents"
