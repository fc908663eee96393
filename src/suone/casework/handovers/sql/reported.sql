-- A hand-over of the case was accepted.
CREATE FUNCTION handovers_report_accepted(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM handovers_handover h JOIN decisions_decision d ON d.id = h.decision_id
        WHERE h.dossier_id = known.dossier_id AND d.state = 'accepted')
$$;
INSERT INTO leading_report VALUES ('handovers_report_accepted', '{handover_accepted_on}');
