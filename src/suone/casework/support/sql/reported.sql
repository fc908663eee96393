-- The case has a service of the kind, ordered or completed.
CREATE FUNCTION support_reports(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT CASE known.fact WHEN 'services_running' THEN known.value = to_jsonb((
        SELECT count(*) FROM support_service s WHERE s.dossier_id = known.dossier_id AND s.state IN ('ordered', 'running')))
    ELSE EXISTS (
        SELECT 1 FROM support_service s
        WHERE s.dossier_id = known.dossier_id AND CASE known.fact
            WHEN 'service_ordered' THEN true
            WHEN 'medical_mandate_given' THEN s.kind = 'medical_mandate'
            WHEN 'medical_report_on' THEN s.kind = 'medical_mandate' AND s.state = 'completed'
            WHEN 'coaching_kind' THEN s.kind = 'coaching' AND known.value = to_jsonb(s.variant)
            WHEN 'coaching_closed_on' THEN s.kind = 'coaching' AND s.state = 'completed' END) END
$$;
INSERT INTO leading_report VALUES ('support_reports',
    '{service_ordered,services_running,coaching_kind,coaching_closed_on,medical_mandate_given,medical_report_on}');
