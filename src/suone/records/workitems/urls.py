from django.urls import path

from suone.records.workitems import views

_ITEMS = "dossiers/<int:dossier_id>/work-items"
_ITEM = f"{_ITEMS}/<int:item_id>"

urlpatterns = [
    path(f"{_ITEMS}/add", views.add, name="add_workitem"),
    path(f"{_ITEM}/complete", views.complete, name="complete_workitem"),
    path(f"{_ITEM}/reopen", views.reopen, name="reopen_workitem"),
    path(f"{_ITEM}/cancel", views.cancel, name="cancel_workitem"),
    path(f"{_ITEM}/hand-on", views.hand_on, name="reassign_workitem"),
    path(f"{_ITEM}/postpone", views.postpone, name="postpone_workitem"),
]
