from django.urls import path

from suone.organisation.appointments import views

urlpatterns = [
    path("directory/absences", views.absences, name="absences"),
    path("directory/absences/<int:absence_id>/remove", views.remove_absence, name="remove_absence"),
    path("acting", views.switch_acting, name="switch_acting"),
]
