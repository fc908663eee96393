from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "suone.casework.meetings"
    label = "meetings"
