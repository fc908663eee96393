from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "suone.desk.administration"
    label = "administration"
