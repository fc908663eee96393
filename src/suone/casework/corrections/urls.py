from django.urls import path

from suone.casework.corrections import views

_PERSON = "dossiers/<int:dossier_id>/person"

urlpatterns = [
    path(f"{_PERSON}/offer", views.offer, name="offer_correction"),
    path(f"{_PERSON}/corrections/<int:correction_id>", views.answer, name="answer_correction"),
    path("persons/doubts/corrections", views.pass_on, name="pass_on_corrections"),
]
