from django.urls import path

from suone.records.inbox import views

urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read", views.mark_read, name="mark_read"),
    path("messages/preferences", views.preferences, name="inbox_preferences"),
    path("emergency", views.break_glass, name="break_glass"),
]
