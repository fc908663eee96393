from django.urls import path

from suone.records.decisions import views

urlpatterns = [
    path("requests/", views.decision_requests, name="requests"),
    path("requests/<int:decision_id>/remind", views.remind, name="remind_request"),
]
