from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "suone.organisation.signin"
    label = "signin"

    def ready(self) -> None:
        from suone.organisation.signin.listeners import listen

        listen()
        import suone.organisation.signin.letters  # noqa: F401 - it writes the mails of this package
