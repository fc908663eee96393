from django.urls import path

from suone.canton.instruments import views

urlpatterns = [
    path("instruments/", views.instruments, name="instruments"),
    path("instruments/<int:version_id>", views.instrument, name="instrument"),
]
