from django.apps import AppConfig


class YouthConfig(AppConfig):
    name = "suone.casework.youth"
    label = "youth"
