from django.apps import AppConfig


class RepresentationConfig(AppConfig):
    name = "suone.representation"
    label = "representation"
