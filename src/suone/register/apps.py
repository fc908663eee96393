from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "suone.register"
    label = "register"
