from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "suone.assessments"
    label = "assessments"
