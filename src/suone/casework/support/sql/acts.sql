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
