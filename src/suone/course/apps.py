from django.apps import AppConfig


class CourseConfig(AppConfig):
    name = "suone.course"
    label = "course"
