from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "suone.access"
    label = "access"
