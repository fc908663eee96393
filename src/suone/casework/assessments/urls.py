from django.urls import path

from suone.casework.assessments import views

_ASSESSMENTS = "dossiers/<int:dossier_id>/assessments"
_ASSESSMENT = f"{_ASSESSMENTS}/<int:assessment_id>"
_SECTION = f"{_ASSESSMENT}/sections/<slug:section>"

urlpatterns = [
    path(f"{_ASSESSMENTS}/", views.assessments, name="assessments"),
    path(f"{_ASSESSMENTS}/start/<slug:instrument>", views.start_assessment, name="start_assessment"),
    path(f"{_ASSESSMENTS}/compare/<slug:instrument>", views.compare_assessments, name="compare_assessments"),
    path(f"{_ASSESSMENTS}/export/<slug:form>", views.export_assessments, name="export_assessments"),
    path(_ASSESSMENT, views.assessment, name="assessment"),
    path(_SECTION, views.section, name="assessment_section"),
    path(f"{_SECTION}/keep", views.keep_section, name="keep_section"),
    path(f"{_ASSESSMENT}/finish", views.finish_assessment, name="finish_assessment"),
    path(f"{_ASSESSMENT}/decide", views.decide_assessment, name="decide_assessment"),
    path(f"{_ASSESSMENT}/drop", views.drop_assessment, name="drop_assessment"),
    path("assessments/overdue", views.overdue_reassessments, name="overdue_reassessments"),
]
