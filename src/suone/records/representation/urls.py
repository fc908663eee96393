from django.urls import path

from suone.records.representation import views

urlpatterns = [
    path("dossiers/<int:dossier_id>/representatives", views.representatives, name="representatives"),
    path("dossiers/<int:dossier_id>/representatives/<int:representative_id>/end", views.end, name="end_representation"),
]
