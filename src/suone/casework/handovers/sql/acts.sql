-- Whether an institution led a case at a moment.
CREATE FUNCTION handovers_led(dossier bigint, institution bigint, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT 1 FROM cases_assignment s JOIN appointments_appointment a ON a.id = s.staff_id
        WHERE s.dossier_id = dossier AND s.function = 'lead' AND a.institution_id = institution
          AND s.valid_from <= moment AND (s.valid_until IS NULL OR s.valid_until > moment));

-- What accepted hand-overs allow: to the receiver, unlimited and with the lead when the sender stops; and to the sender what
-- they had before, for a while. Only handovers_open() and handovers_end() set these periods. What rests on a consent reaches no
-- further than the receiver's line of it, as it stands now, and ends with it, run out or withdrawn. Only a receiver who leads
-- the case then keeps it, since it is their own file: whoever leads now need not fear the day, and whoever is named later gets
-- nothing back.
CREATE FUNCTION handovers_allow(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT h.id, h.dossier_id, h.receiver_id, NULL::bigint, h.categories & ~16,
           CASE WHEN h.constellation = '3' THEN 3 ELSE 2 END, h.accepted_at, h.access_until, h.basis::text
    FROM handovers_handover h
    WHERE (act IS NULL OR h.id = act) AND h.accepted_at IS NOT NULL AND h.access_until IS NOT NULL AND h.consent_id IS NULL
    UNION ALL
    SELECT h.id, h.dossier_id, h.receiver_id, NULL::bigint, h.categories & r.categories & ~16,
           CASE WHEN h.constellation = '3' THEN 3 ELSE 2 END, greatest(h.accepted_at, dossiers_start_of(c.valid_from)),
           CASE WHEN handovers_led(h.dossier_id, h.receiver_id, least(over.at, statement_timestamp())) THEN h.access_until
                ELSE least(h.access_until, over.at) END, h.basis::text
    FROM handovers_handover h JOIN consents_consent c ON c.id = h.consent_id AND c.dossier_id = h.dossier_id
        JOIN consents_consentrecipient r
            ON r.consent_id = c.id AND r.institution_id = h.receiver_id AND r.staff_id IS NULL
        CROSS JOIN LATERAL (SELECT least(c.withdrawn_at, dossiers_start_of(c.valid_until + 1))) AS over (at)
    WHERE (act IS NULL OR h.id = act) AND h.accepted_at IS NOT NULL AND h.access_until IS NOT NULL
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
CREATE CONSTRAINT TRIGGER grants_within_acts
    AFTER UPDATE OF dossier_id, staff_id, function, valid_from, valid_until OR DELETE ON cases_assignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();

-- With the lead, what rests on a consent becomes the receiver's own; without it, it ends with the consent. At the end of the
-- act: a lead who follows a colleague changes nothing. Before the check above, by its name.
CREATE FUNCTION handovers_follow_lead() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM dossiers_follow_and_record('hand_over', h.id, h.dossier_id) FROM handovers_handover h
        WHERE h.dossier_id = NEW.dossier_id AND h.consent_id IS NOT NULL AND h.accepted_at IS NOT NULL ORDER BY h.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER follow_lead AFTER INSERT OR UPDATE OF valid_until ON cases_assignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.function = 'lead') EXECUTE FUNCTION handovers_follow_lead();
