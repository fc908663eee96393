from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "suone.directory"
    label = "directory"
