from django.apps import AppConfig


class EntrancesConfig(AppConfig):
    name = "suone.ground.entrances"
    label = "entrances"
