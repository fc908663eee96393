from django.urls import path

from suone.casework.plans import views

_PLANS = "dossiers/<int:dossier_id>/plans"
_PLAN = f"{_PLANS}/<int:plan_id>"
_ENTRY = f"{_PLAN}/entries/<int:plan_entry_id>"
_MEASURE = f"{_PLAN}/measures/<int:measure_id>"
_SIGNATURE = f"{_PLAN}/signatures/<int:signature_id>"

urlpatterns = [
    path(f"{_PLANS}/", views.plans, name="plans"),
    path(f"{_PLANS}/begin", views.begin, name="begin_plan"),
    path(f"{_PLAN}/", views.plan, name="plan"),
    path(f"{_PLAN}/edit", views.edit, name="edit_plan"),
    path(f"{_PLAN}/review", views.review, name="review_plan"),
    path(f"{_PLAN}/entries/add", views.add_entry, name="add_plan_entry"),
    path(f"{_ENTRY}/change", views.change_entry, name="change_plan_entry"),
    path(f"{_ENTRY}/remove", views.remove_entry, name="remove_plan_entry"),
    path(f"{_PLAN}/measures/add", views.add_measure, name="add_measure"),
    path(f"{_MEASURE}/change", views.change_measure, name="change_measure"),
    path(f"{_MEASURE}/remove", views.remove_measure, name="remove_measure"),
    path(f"{_MEASURE}/progress", views.progress, name="measure_progress"),
    path(f"{_PLAN}/put-up", views.put_up, name="put_up_plan"),
    path(f"{_PLAN}/withdraw", views.withdraw, name="withdraw_plan"),
    path(f"{_PLAN}/remind", views.remind, name="remind_plan"),
    path(f"{_PLAN}/drop", views.drop, name="drop_plan"),
    path(f"{_PLAN}/new-version", views.new_version, name="new_plan_version"),
    path(f"{_SIGNATURE}/sign", views.sign, name="sign_plan"),
    path(f"{_SIGNATURE}/decline", views.decline, name="decline_plan"),
    path(f"{_PLAN}/differences", views.differences, name="plan_differences"),
    path(f"{_PLAN}/pdf", views.pdf, name="plan_pdf"),
    path(f"{_PLAN}/booklet", views.booklet, name="plan_booklet"),
]
