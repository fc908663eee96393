from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "suone.records.decisions"
    label = "decisions"
