from django.urls import path

from suone.ground.web import views

urlpatterns = [
    path("language", views.set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
]
