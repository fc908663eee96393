from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "suone.institutions"
    label = "institutions"
