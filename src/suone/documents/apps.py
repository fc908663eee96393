from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "suone.documents"
    label = "documents"
