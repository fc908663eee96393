from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "suone.dossiers"
    label = "dossiers"
