from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "suone.ground.audit"
    label = "audit"
