from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "suone.signin"
    label = "signin"
