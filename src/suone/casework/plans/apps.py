from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "suone.casework.plans"
    label = "plans"
