from django.apps import AppConfig


class RepresentationConfig(AppConfig):
    name = "suone.records.representation"
    label = "representation"
