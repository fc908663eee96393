from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "suone.corrections"
    label = "corrections"
