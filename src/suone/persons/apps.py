from django.apps import AppConfig


class PersonsConfig(AppConfig):
    name = "suone.persons"
    label = "persons"
