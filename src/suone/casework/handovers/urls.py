from django.urls import path

from suone.casework.handovers import views

_CASE = "dossiers/<int:dossier_id>"

urlpatterns = [
    path("handovers/new", views.hand_over_person, name="hand_over_person"),
    path("handovers/drafts/<int:draft_id>", views.hand_over_person, name="hand_over_draft"),
    path("handovers/referrals", views.referrals, name="referrals"),
    path("handovers/requests/<int:decision_id>", views.answer, name="answer_handover"),
    path(f"{_CASE}/handovers/propose", views.hand_over, name="hand_over"),
    path(f"{_CASE}/handovers/stop", views.stop, name="stop_without_handover"),
    path(f"{_CASE}/handovers/<int:handover_id>/withdraw", views.withdraw, name="withdraw_handover"),
    path(f"{_CASE}/handovers/<int:handover_id>/end", views.end_access, name="end_handover_access"),
    path(f"{_CASE}/advisers", views.advisers, name="advisers"),
    path(f"{_CASE}/advisers/<int:adviser_id>/remove", views.drop_adviser, name="remove_adviser"),
    path(f"{_CASE}/placement-request", views.keep_placement_request, name="keep_placement_request"),
    path(f"{_CASE}/placement-request/form", views.print_placement_request, name="print_placement_request"),
    path(f"{_CASE}/missed-appointments", views.report_missed, name="report_missed"),
    path(
        f"{_CASE}/missed-appointments/<int:staff_id>/<slug:basis>",
        views.report_missed_on,
        name="report_missed_on",
    ),
]
