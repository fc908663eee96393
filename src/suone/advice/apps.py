from django.apps import AppConfig


class AdviceConfig(AppConfig):
    name = "suone.advice"
    label = "advice"
