from django.apps import AppConfig


class WorkItemsConfig(AppConfig):
    name = "suone.workitems"
    label = "workitems"
