from django.apps import AppConfig


class WorkItemsConfig(AppConfig):
    name = "suone.records.workitems"
    label = "workitems"
