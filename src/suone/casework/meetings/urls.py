from django.urls import path

from suone.casework.meetings import views

_MEETING = "meetings/<int:meeting_id>"

urlpatterns = [
    path("meetings/", views.meeting_list, name="meetings"),
    path("meetings/convene", views.convene_session, name="convene_session"),
    path("dossiers/<int:dossier_id>/meetings/convene", views.convene, name="convene"),
    path(f"{_MEETING}/", views.meeting, name="meeting"),
    path(f"{_MEETING}/answer", views.answer, name="answer_invitation"),
    path(f"{_MEETING}/dates", views.answer_dates, name="answer_dates"),
    path(f"{_MEETING}/dates/propose", views.propose, name="propose_dates"),
    path(f"{_MEETING}/dates/fix", views.fix, name="fix_date"),
    path(f"{_MEETING}/particulars", views.particulars, name="meeting_particulars"),
    path(f"{_MEETING}/invite", views.invite, name="invite"),
    path(f"{_MEETING}/invitees/<int:invitee_id>/uninvite", views.uninvite, name="uninvite"),
    path(f"{_MEETING}/guests", views.invite_guest, name="invite_guest"),
    path(f"{_MEETING}/guests/<int:guest_id>/revoke", views.revoke_guest, name="revoke_guest"),
    path(f"{_MEETING}/agenda", views.add_point, name="add_point"),
    path(f"{_MEETING}/agenda/<int:point_id>/remove", views.remove_point, name="remove_point"),
    path(f"{_MEETING}/contribute", views.contribute, name="contribute"),
    path(f"{_MEETING}/nothing-to-add", views.nothing_to_add, name="nothing_to_add"),
    path(f"{_MEETING}/minutes", views.minutes, name="minutes"),
    path(f"{_MEETING}/minutes/print", views.print_minutes, name="print_minutes"),
    path(f"{_MEETING}/minutes/finish", views.finish_minutes, name="finish_minutes"),
    path(f"{_MEETING}/entries/<int:meeting_entry_id>/correct", views.correct_entry, name="correct_entry"),
    path(f"{_MEETING}/entries/<int:meeting_entry_id>/remove", views.remove_entry, name="remove_entry"),
    path(f"{_MEETING}/entries/<int:meeting_entry_id>/plan", views.write_into_plan, name="entry_into_plan"),
    path(f"{_MEETING}/entries/<int:meeting_entry_id>/service", views.order_from_mandate, name="order_from_mandate"),
    path(f"{_MEETING}/hold", views.hold, name="hold_meeting"),
    path(f"{_MEETING}/cancel", views.cancel, name="cancel_meeting"),
    path(f"{_MEETING}/calendar", views.calendar, name="meeting_calendar"),
    path("invitations/<str:token>", views.invitation, name="invitation"),
    path("invitations/<str:token>/calendar", views.invitation_calendar, name="invitation_calendar"),
]
