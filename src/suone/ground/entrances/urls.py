from django.urls import path

from suone.ground.entrances import views

urlpatterns = [path("drafts", views.drafts, name="drafts")]
