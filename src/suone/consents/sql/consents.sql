-- What a person takes back of what was signed. To read the case is enough: whoever hears of it must be able to record it
-- at once. Who and when are the database's to say, so that nobody dates it back.

-- Whether this was the first to say so.
CREATE FUNCTION consents_withdraw(consent bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM consents_consent c WHERE c.id = consent AND dossiers_has_power(c.dossier_id, 1)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE consents_consent c SET withdrawn_at = statement_timestamp(), withdrawn_by_id = actor_staff()
        WHERE c.id = consent AND c.withdrawn_at IS NULL;
    RETURN FOUND;
END $$;

-- Leaves a recipient these categories of those they have; nothing is added.
CREATE FUNCTION consents_narrow(recipient bigint, keep bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM consents_consentrecipient r JOIN consents_consent c ON c.id = r.consent_id
                   WHERE r.id = recipient AND c.withdrawn_at IS NULL AND dossiers_has_power(c.dossier_id, 1)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE consents_consentrecipient r SET categories = r.categories & keep WHERE r.id = recipient;
END $$;

GRANT EXECUTE ON FUNCTION consents_withdraw, consents_narrow TO suone_app;
