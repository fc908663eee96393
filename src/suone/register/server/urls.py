from django.urls import path

from suone.register.server import views

urlpatterns = [
    path("register/", views.ask, name="register"),
    path("register/persons/add", views.register_person, name="register_person"),
    path("register/persons/end", views.end_registration, name="end_registration"),
    path("register/alerts", views.alerts, name="register_alerts"),
    path("register/alerts/<int:alert_id>/answer", views.answer_alert, name="answer_alert"),
    path("register/overlaps", views.overlaps, name="register_overlaps"),
    path("register/deliveries", views.deliveries, name="register_deliveries"),
    path("register/settings", views.preferences, name="register_settings"),
    path("register/figures", views.figures, name="register_figures"),
    path("register/participants", views.participants, name="register_participants"),
    path("register/participants/<int:institution_id>/enrol", views.enrol, name="enrol_institution"),
    path("register/participants/<int:institution_id>/end", views.end_enrolment, name="end_enrolment"),
    path("register/use", views.use, name="register_use"),
]
