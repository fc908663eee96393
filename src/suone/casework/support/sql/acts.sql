-- What a medical mandate allows its officer: identity, employment, health and administrative data of the consent it is
-- based on, while that consent names this officer for health. Never more, nor longer, than the person signed.
CREATE FUNCTION support_mandate_allows(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT s.id, s.dossier_id, NULL::bigint, s.staff_id, a.categories & (1 | 2 | 16 | 1024), 2,
           greatest(s.ordered_at, a.valid_from), least(s.access_until, a.valid_until), a.legal_basis
    FROM support_service s, consents_consent_allows(s.based_on_id) a
    WHERE (act IS NULL OR s.id = act) AND s.kind = 'medical_mandate' AND s.access_until IS NOT NULL
      AND s.based_on_id = a.act_id AND a.dossier_id = s.dossier_id AND a.staff_id = s.staff_id AND (a.categories & 16) <> 0;
END;

INSERT INTO dossiers_act VALUES ('medical_mandate', 'support_mandate_allows');
CREATE CONSTRAINT TRIGGER grants_within_acts
    AFTER UPDATE OF dossier_id, kind, staff_id, ordered_at, access_until, based_on_id OR DELETE ON support_service
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();

-- The lead, and the institution that carries a service out, say who does it; the lead alone opens the case to the officer of
-- a mandate for longer, or on another consent.
CREATE FUNCTION support_service_of_its_lead() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.access_until > OLD.access_until OR NEW.based_on_id IS DISTINCT FROM OLD.based_on_id
        OR OLD.institution_id IS DISTINCT FROM actor_institution()
           AND (NEW.staff_id, NEW.institution_id) IS DISTINCT FROM (OLD.staff_id, OLD.institution_id))
       AND NOT dossiers_has_power(OLD.dossier_id, 3) THEN
        RAISE EXCEPTION 'the lead alone changes a service like this' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER support_service_of_its_lead BEFORE UPDATE ON support_service FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION support_service_of_its_lead();
