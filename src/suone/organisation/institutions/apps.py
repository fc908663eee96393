from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "suone.organisation.institutions"
    label = "institutions"
