from django.urls import path

from suone.casework.leading import views

_CASE = "dossiers/<int:dossier_id>"

urlpatterns = [
    path("cases/notify", views.notify, name="notify"),
    path("cases/drafts", views.keep_draft, name="keep_draft"),
    path("cases/drafts/<int:draft_id>", views.notify, name="notify_draft"),
    path("cases/drafts/<int:draft_id>/keep", views.keep_draft, name="keep_draft_again"),
    path("cases/drafts/<int:draft_id>/drop", views.drop_draft, name="drop_draft"),
    path(f"{_CASE}/triage", views.triage, name="triage"),
    path(f"{_CASE}/level", views.change_level, name="change_level"),
    path(f"{_CASE}/reject", views.reject, name="reject"),
    path(f"{_CASE}/notify-on", views.notify_on, name="notify_on"),
    path(f"{_CASE}/withdraw", views.withdraw, name="withdraw_notification"),
    path(f"{_CASE}/question", views.ask_notifier, name="ask_notifier"),
    path(f"{_CASE}/question/<int:item_id>/answer", views.answer_question, name="answer_question"),
    path(f"{_CASE}/suspend", views.suspend, name="suspend"),
    path(f"{_CASE}/resume", views.resume, name="resume"),
    path(f"{_CASE}/close", views.close, name="close"),
    path(f"{_CASE}/reopen", views.reopen, name="reopen"),
    path(f"{_CASE}/course/advance/<slug:phase>", views.advance, name="advance"),
    path(f"{_CASE}/course/facts/<slug:fact>", views.state, name="record_fact"),
    path(f"{_CASE}/course/facts/<int:fact_id>/correct", views.correct_fact, name="correct_fact"),
    path(f"{_CASE}/course/facts/<int:fact_id>/take-back", views.take_back_fact, name="take_back_fact"),
    path(f"{_CASE}/course/over", views.choose_version, name="choose_version"),
    path(f"{_CASE}/course/over/<int:version_id>", views.move_over, name="move_over"),
]
