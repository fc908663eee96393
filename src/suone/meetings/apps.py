from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "suone.meetings"
    label = "meetings"
