from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "suone.organisation.appointments"
    label = "appointments"

    def ready(self) -> None:
        from suone.organisation.appointments.logins import listen

        listen()
