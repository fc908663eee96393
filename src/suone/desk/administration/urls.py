from django.urls import path

from suone.desk.administration import views

_STAFF = "appointments/<int:staff_id>"
_CONTACT = "appointments/contact-persons/<int:contact_id>"

urlpatterns = [
    path("appointments/", views.own, name="appointments"),
    path("appointments/of/<int:institution_id>", views.of_institution, name="appointments_of"),
    path("appointments/of/<int:institution_id>/add", views.appoint, name="appoint"),
    path("appointments/of/<int:institution_id>/contact-persons", views.contact_persons, name="contact_persons"),
    path(
        "appointments/of/<int:institution_id>/contact-persons/add",
        views.enter_contact_person,
        name="enter_contact_person",
    ),
    path(_CONTACT, views.change_contact_person, name="change_contact_person"),
    path(f"{_CONTACT}/remove", views.remove_contact_person, name="remove_contact_person"),
    path("appointments/of/<int:institution_id>/systems", views.partner_systems, name="partner_systems"),
    path("appointments/of/<int:institution_id>/systems/add", views.create_key, name="create_partner_key"),
    path("appointments/systems/<int:system_id>/end", views.end_key, name="end_partner_key"),
    path(_STAFF, views.one, name="appointment"),
    path(f"{_STAFF}/invite", views.invite_again, name="invite_again"),
    path(f"{_STAFF}/change", views.change_post, name="change_post"),
    path(f"{_STAFF}/log-in", views.change_log_in, name="change_log_in"),
    path(f"{_STAFF}/unlock", views.unlock_log_in, name="unlock_log_in"),
    path(f"{_STAFF}/role", views.give_role, name="give_role"),
    path(f"{_STAFF}/end", views.end, name="end_appointment"),
    path(f"{_STAFF}/pass-on", views.pass_on, name="pass_on"),
    path("appointments/roles/<int:held_id>/approve", views.approve_role, name="approve_role"),
    path("appointments/roles/<int:held_id>/end", views.end_role, name="end_role"),
    path("join/<str:token>", views.join, name="join"),
]
