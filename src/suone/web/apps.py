from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "suone.web"
    label = "web"
