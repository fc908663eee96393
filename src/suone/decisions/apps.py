from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "suone.decisions"
    label = "decisions"
