from django.urls import path

from suone.casework.advice import views

urlpatterns = [
    path("advice/", views.advice_list, name="advice_list"),
    path("advice/give", views.give_advice, name="give_advice"),
    path("advice/figures", views.advice_figures, name="advice_figures"),
    path("advice/<int:advice_id>", views.advice, name="advice"),
    path("advice/<int:advice_id>/correct", views.correct_advice, name="correct_advice"),
    path("advice/<int:advice_id>/notify", views.notify_from_advice, name="notify_from_advice"),
    path("advice/<int:advice_id>/hand-over", views.hand_over_from_advice, name="hand_over_from_advice"),
]
