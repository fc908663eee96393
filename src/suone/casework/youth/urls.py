from django.urls import path

from suone.casework.youth import views

urlpatterns = [
    path("notices/", views.young_people, name="young_people"),
    path("notices/notify", views.notify_young_person, name="notify_young_person"),
    path("notices/<int:notice_id>/take-up", views.take_up, name="take_up_young_person"),
    path("notices/<int:notice_id>/discard", views.discard, name="discard_young_person"),
]
