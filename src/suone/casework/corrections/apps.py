from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "suone.casework.corrections"
    label = "corrections"
