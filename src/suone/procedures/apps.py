from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "suone.procedures"
    label = "procedures"
