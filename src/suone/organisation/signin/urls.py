from django.urls import path

from suone.organisation.signin import views

urlpatterns = [
    # In place of the library's page, which would take an address without asking it.
    path("accounts/email/", views.change_address, name="account_email"),
    path("account/address/<str:secret>", views.confirm_address, name="confirm_address"),
    path("account/second-factors", views.factor_resets, name="factor_resets"),
    path("account/second-factors/<int:reset_id>", views.decide_factor_reset, name="decide_factor_reset"),
]
