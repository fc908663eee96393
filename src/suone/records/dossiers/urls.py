from django.urls import path

from suone.records.dossiers import views

_PERSON = "dossiers/<int:dossier_id>/person"

urlpatterns = [
    path(_PERSON, views.person, name="person"),
    path(f"{_PERSON}/correct", views.correct, name="correct_person"),
    path(f"{_PERSON}/residence", views.correct_residence, name="correct_residence"),
    path(f"{_PERSON}/number", views.change_number, name="change_ahv_number"),
    path("persons/doubts/", views.doubts, name="doubts"),
    path("persons/doubts/<int:doubt_id>", views.clear_doubt, name="clear_doubt"),
    path("persons/joinings/<int:joining_id>/part", views.part, name="part_keys"),
]
