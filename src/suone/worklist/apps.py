from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "suone.worklist"
    label = "worklist"
