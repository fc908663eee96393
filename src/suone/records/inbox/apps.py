from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "suone.records.inbox"
    label = "inbox"
