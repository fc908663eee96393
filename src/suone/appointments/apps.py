from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "suone.appointments"
    label = "appointments"

    def ready(self) -> None:
        from suone.appointments.logins import listen

        listen()
