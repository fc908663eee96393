from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "suone.administration"
    label = "administration"
