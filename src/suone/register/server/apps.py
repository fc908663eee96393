from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "suone.register.server"
    label = "register"
