from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "suone.signin"
    label = "signin"

    def ready(self) -> None:
        from suone.signin.listeners import listen

        listen()
