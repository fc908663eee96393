from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "suone.doors"
    label = "doors"
