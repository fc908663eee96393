from django.apps import AppConfig


class AdviceConfig(AppConfig):
    name = "suone.casework.advice"
    label = "advice"
