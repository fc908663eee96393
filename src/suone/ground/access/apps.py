from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "suone.ground.access"
    label = "access"
