from django.urls import path

from suone.casework.casepage import views

_CASE = "dossiers/<int:dossier_id>"

urlpatterns = [
    path("cases/mine", views.steering, name="steering"),
    path(f"{_CASE}/", views.case, name="case"),
    path(f"{_CASE}/course", views.course, name="course"),
    path(f"{_CASE}/participants/<int:participant_id>/leave", views.leave, name="leave"),
    path(f"{_CASE}/register", views.ask_register, name="ask_register"),
    path(f"{_CASE}/inform", views.inform, name="inform"),
]
