"""What medical mandates should open now: to their officer, while a consent of the case is valid."""

from suone.support.rules import MANDATE_CATEGORIES

EXPECTED = f"""
    SELECT 'medical_mandate', service.id, service.dossier_id, NULL, service.staff_id, {MANDATE_CATEGORIES},
           least(service.access_until, valid.ends)
    FROM support_service service
    JOIN (SELECT consent.dossier_id, max((consent.valid_until + 1)::timestamp AT TIME ZONE 'Europe/Zurich') AS ends
          FROM consents_consent consent, today
          WHERE consent.withdrawn_at IS NULL AND day BETWEEN consent.valid_from AND consent.valid_until
          GROUP BY consent.dossier_id) valid ON valid.dossier_id = service.dossier_id
    WHERE service.access_until > statement_timestamp()
      -- Access that ended with its consent stays ended until the lead renews it: that is no drift.
      AND EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.because = 'medical_mandate' AND g.because_id = service.id
                  AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp())
"""  # noqa: S608 - a number of the code
