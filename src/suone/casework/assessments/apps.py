from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "suone.casework.assessments"
    label = "assessments"
