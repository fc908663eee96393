from django.apps import AppConfig


class CasepageConfig(AppConfig):
    name = "suone.casework.casepage"
    label = "casepage"
