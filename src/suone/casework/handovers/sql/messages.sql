-- Of a case knows whoever received a notice of cooperation about it.
CREATE FUNCTION handovers_gave_notice_to(institution bigint, case_id bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM handovers_cooperationnotice n WHERE n.dossier_id = case_id AND n.receiver_id = institution)
$$;
INSERT INTO inbox_tie VALUES ('handovers_gave_notice_to', 'recipient');
