"""What consents and disclosures should open now."""

EXPECTED = """
    SELECT 'consent', consent.id, consent.dossier_id,
           CASE WHEN recipient.staff_id IS NULL THEN recipient.institution_id END,
           recipient.staff_id, recipient.categories,
           (consent.valid_until + 1)::timestamp AT TIME ZONE 'Europe/Zurich'
    FROM consents_consentrecipient recipient JOIN consents_consent consent ON consent.id = recipient.consent_id, today
    WHERE consent.withdrawn_at IS NULL AND day BETWEEN consent.valid_from AND consent.valid_until
      AND recipient.categories <> 0
    UNION ALL
    SELECT 'disclosure', id, dossier_id, recipient_id, NULL, categories,
           (access_until + 1)::timestamp AT TIME ZONE 'Europe/Zurich'
    FROM consents_disclosure, today WHERE form = 'access' AND basis NOT IN ('consent', 'hand-over') AND access_until >= day
"""
