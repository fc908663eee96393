from django.urls import path

from suone.records.consents import views

_CASE = "dossiers/<int:dossier_id>"
_CONSENT = f"{_CASE}/consents/<int:consent_id>"

urlpatterns = [
    path(f"{_CASE}/consents/", views.consents, name="consents"),
    path(f"{_CASE}/consents/sign", views.sign, name="sign_consent"),
    path(f"{_CONSENT}/renew", views.renew, name="renew_consent"),
    path(f"{_CONSENT}/withdraw", views.withdraw, name="withdraw_consent"),
    path(f"{_CONSENT}/recipients/<int:recipient_id>/narrow", views.narrow, name="narrow_consent"),
    path(f"{_CASE}/disclosures/new", views.choose_basis, name="choose_basis"),
    path(f"{_CASE}/disclosures/new/<slug:basis>", views.record_disclosure, name="record_disclosure"),
    path(
        f"{_CASE}/disclosures/<int:disclosure_id>/informed", views.record_person_informed, name="record_person_informed"
    ),
    path("legal-bases", views.bases, name="legal_bases"),
]
