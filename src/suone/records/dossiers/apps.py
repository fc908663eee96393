from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "suone.records.dossiers"
    label = "dossiers"
