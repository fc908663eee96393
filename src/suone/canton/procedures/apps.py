from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "suone.canton.procedures"
    label = "procedures"
