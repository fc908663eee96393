from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "suone.desk.directory"
    label = "directory"
