from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "suone.inbox"
    label = "inbox"
