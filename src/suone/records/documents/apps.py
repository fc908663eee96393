from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "suone.records.documents"
    label = "documents"
