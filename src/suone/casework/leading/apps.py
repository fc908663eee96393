from django.apps import AppConfig


class LeadingConfig(AppConfig):
    name = "suone.casework.leading"
    label = "leading"
