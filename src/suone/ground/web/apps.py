from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "suone.ground.web"
    label = "web"
