from django.urls import path

from suone.casework.cases import views

_CASE = "dossiers/<int:dossier_id>"

urlpatterns = [
    path("alive", views.alive, name="alive"),
    path(f"alive/{_CASE}", views.alive_case, name="alive_case"),
    path("cases/", views.case_list, name="cases"),
    path("cases/export/<slug:form>", views.export_cases, name="export_cases"),
    path("cases/find", views.find_case, name="find_case"),
    path(f"{_CASE}/access", views.access, name="case_access"),
    path(f"{_CASE}/participants", views.ask_participant, name="ask_participant"),
    path(f"{_CASE}/participants/<int:participant_id>/withdraw", views.withdraw_request, name="withdraw_request"),
    path("requests/<int:decision_id>", views.answer_participation, name="answer_participation"),
    path(f"{_CASE}/lead", views.name_lead, name="name_lead"),
    path(f"{_CASE}/case-manager", views.name_case_manager, name="name_case_manager"),
    path(f"{_CASE}/notes", views.write_note, name="write_note"),
    path(f"{_CASE}/notes/<int:note_id>/correct", views.correct_note, name="correct_note"),
    path(f"{_CASE}/notes/<int:note_id>/redact", views.redact_note, name="redact_note"),
    path(f"{_CASE}/particulars", views.particulars, name="particulars"),
]
