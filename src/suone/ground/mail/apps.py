from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "suone.ground.mail"
    label = "mail"
