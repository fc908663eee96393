from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "suone.audit"
    label = "audit"
