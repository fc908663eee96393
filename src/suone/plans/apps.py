from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "suone.plans"
    label = "plans"
