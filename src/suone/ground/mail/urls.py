from django.urls import path

from suone.ground.mail import views

urlpatterns = [
    path("mails/", views.mails, name="mails"),
    path("mails/<int:mail_id>/send-again", views.send_again, name="send_mail_again"),
    path("mails/<int:mail_id>/leave", views.leave, name="leave_mail"),
]
