from django.apps import AppConfig


class InstrumentsConfig(AppConfig):
    name = "suone.instruments"
    label = "instruments"
