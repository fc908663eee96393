from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "suone.cases"
    label = "cases"
