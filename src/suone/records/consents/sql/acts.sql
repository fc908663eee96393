-- What consents, and disclosures on another legal basis, allow.

-- The named recipients may read and contribute, the IIZ office and the institution that receives the case may also open it to
-- others; in its categories, from the start of its first day to the end of its last. Health is reserved for a named medical
-- officer (ATSG Art. 47 para 2), and holds as long as they are one.
CREATE FUNCTION consents_consent_allows(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.id, c.dossier_id, CASE WHEN r.staff_id IS NULL THEN r.institution_id END, r.staff_id,
           r.categories & CASE WHEN dossiers_was_medical_officer(r.staff_id, c.recorded_at) THEN 2047 ELSE 2047 & ~16 END,
           CASE WHEN i.is_iiz_office OR d.receiver_id = i.id THEN 3 ELSE 2 END, dossiers_start_of(c.valid_from),
           least(dossiers_start_of(c.valid_until + 1),
                 CASE WHEN (r.categories & 16) <> 0 AND dossiers_was_medical_officer(r.staff_id, c.recorded_at)
                      THEN dossiers_medical_officer_until(r.staff_id) END), 'consent'::text
    FROM consents_consent c JOIN consents_consentrecipient r ON r.consent_id = c.id AND r.dossier_id = c.dossier_id
        JOIN institutions_institution i ON i.id = r.institution_id JOIN dossiers_dossier d ON d.id = c.dossier_id
    WHERE (act IS NULL OR c.id = act) AND c.withdrawn_at IS NULL;
END;

-- To the recipient, to read, until the day given. What consents and hand-overs disclose follows from those acts.
CREATE FUNCTION consents_disclosure_allows(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.id, d.dossier_id, d.recipient_id, NULL::bigint, d.categories & ~16, 1, d.at,
           dossiers_start_of(d.access_until + 1), d.basis::text
    FROM consents_disclosure d
    WHERE (act IS NULL OR d.id = act) AND d.form = 'access' AND d.basis NOT IN ('consent', 'hand-over')
      AND d.access_until IS NOT NULL;
END;

INSERT INTO dossiers_act VALUES ('consent', 'consents_consent_allows'), ('disclosure', 'consents_disclosure_allows');
CREATE CONSTRAINT TRIGGER grants_within_acts
    AFTER UPDATE OF dossier_id, valid_from, valid_until, withdrawn_at, recorded_at OR DELETE ON consents_consent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();
CREATE CONSTRAINT TRIGGER grants_within_acts AFTER UPDATE OR DELETE ON consents_consentrecipient
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();
CREATE CONSTRAINT TRIGGER grants_within_acts
    AFTER UPDATE OF dossier_id, basis, form, recipient_id, categories, access_until, at OR DELETE ON consents_disclosure
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();

-- For how many months a consent may be valid at most, and begin after its signature; and for how many the case may be
-- opened on another legal basis. The canton's settings, stored here by ``suone migrate``.
CREATE TABLE consents_limit (
    months integer NOT NULL CHECK (months > 0),
    access_months integer NOT NULL CHECK (access_months > 0)
);
INSERT INTO consents_limit VALUES (12, 12);
GRANT SELECT ON consents_limit TO suone_app;

CREATE FUNCTION consents_check_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at_most CONSTANT interval := make_interval(months => (SELECT months FROM consents_limit));
BEGIN
    IF NEW.valid_until > NEW.valid_from + at_most OR NEW.valid_from > NEW.signed_on + at_most THEN
        RAISE EXCEPTION 'a consent is valid longer than the canton allows'
            USING ERRCODE = 'check_violation', TABLE = 'consents_consent', CONSTRAINT = 'consent_not_longer_than_allowed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER consent_not_longer_than_allowed AFTER INSERT ON consents_consent
    FOR EACH ROW EXECUTE FUNCTION consents_check_period();

-- Hand-overs have periods of their own.
CREATE FUNCTION consents_check_access_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.access_until > (NEW.at AT TIME ZONE 'Europe/Zurich')::date
                          + make_interval(months => (SELECT access_months FROM consents_limit)) THEN
        RAISE EXCEPTION 'access lasts longer than the canton allows'
            USING ERRCODE = 'check_violation', TABLE = 'consents_disclosure', CONSTRAINT = 'access_not_longer_than_allowed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_not_longer_than_allowed AFTER INSERT ON consents_disclosure
    FOR EACH ROW WHEN (NEW.basis NOT IN ('consent', 'hand-over')) EXECUTE FUNCTION consents_check_access_period();
