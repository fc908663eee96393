from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "suone.organisation.signin"
    label = "signin"

    def ready(self) -> None:
        from suone.organisation.signin.listeners import listen

        listen()
