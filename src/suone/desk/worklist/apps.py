from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "suone.desk.worklist"
    label = "worklist"
