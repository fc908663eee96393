from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "suone.demo"
    label = "demo"
