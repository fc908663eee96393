from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "suone.privacy"
    label = "privacy"
