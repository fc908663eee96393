from django.urls import path

from suone.desk.worklist import views

urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("worklist/several", views.several, name="several"),
]
