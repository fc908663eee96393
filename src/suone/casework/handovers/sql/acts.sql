-- Whether the receiver's access ended when the consent behind the hand-over was withdrawn. A receiver who led the case by
-- then keeps it: it is their own file.
CREATE FUNCTION handovers_was_withdrawn(consent bigint, receiver bigint) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT 1 FROM consents_consent c WHERE c.id = consent AND c.withdrawn_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM cases_assignment s JOIN appointments_appointment a ON a.id = s.staff_id
            WHERE s.dossier_id = c.dossier_id AND s.function = 'lead' AND a.institution_id = receiver
              AND s.valid_from <= c.withdrawn_at AND (s.valid_until IS NULL OR s.valid_until > c.withdrawn_at))
    );

-- What accepted hand-overs allow: to the receiver, unlimited and with the lead when the sender stops; and to the sender what
-- they had before, for a while. Only handovers_open() and handovers_end() set these periods.
CREATE FUNCTION handovers_allow(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT h.id, h.dossier_id, h.receiver_id, NULL::bigint, h.categories & ~16,
           CASE WHEN h.constellation = '3' THEN 3 ELSE 2 END, h.accepted_at, h.access_until, h.basis::text
    FROM handovers_handover h
    WHERE (act IS NULL OR h.id = act) AND h.accepted_at IS NOT NULL AND h.access_until IS NOT NULL
      AND NOT handovers_was_withdrawn(h.consent_id, h.receiver_id)
    UNION ALL
    SELECT h.id, h.dossier_id, h.sender_id, NULL::bigint, h.sender_categories & ~16, 2, h.accepted_at, h.sender_until,
           h.basis::text
    FROM handovers_handover h
    WHERE (act IS NULL OR h.id = act) AND h.accepted_at IS NOT NULL AND h.sender_until IS NOT NULL;
END;

INSERT INTO dossiers_act VALUES ('hand_over', 'handovers_allow');
CREATE CONSTRAINT TRIGGER grants_within_acts
    AFTER UPDATE OF dossier_id, receiver_id, sender_id, categories, sender_categories, constellation, basis, consent_id,
                    accepted_at, access_until, sender_until OR DELETE ON handovers_handover
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();
-- Who led the case decides whether a withdrawal takes it from them.
CREATE CONSTRAINT TRIGGER grants_within_acts
    AFTER UPDATE OF dossier_id, staff_id, function, valid_from, valid_until OR DELETE ON cases_assignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();
