from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "suone.desk.privacy"
    label = "privacy"
