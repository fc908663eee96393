from django.urls import path

from suone.canton.procedures import views

urlpatterns = [
    path("procedures/", views.procedures, name="procedures"),
    path("procedures/<int:version_id>", views.procedure, name="procedure"),
]
