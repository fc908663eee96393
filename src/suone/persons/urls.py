from django.urls import path

from suone.persons import views

_PERSON = "dossiers/<int:dossier_id>/person"

urlpatterns = [
    path(_PERSON, views.person, name="person"),
    path(f"{_PERSON}/correct", views.correct, name="correct_person"),
    path(f"{_PERSON}/number", views.add_number, name="add_ahv_number"),
    path("persons/doubts/", views.doubts, name="doubts"),
    path("persons/doubts/<int:doubt_id>", views.clear_doubt, name="clear_doubt"),
    path("persons/merges/<int:merge_id>/undo", views.undo_merge, name="undo_merge"),
]
