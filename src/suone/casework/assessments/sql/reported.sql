-- An assessment of the case is finished whose instrument names the fact: any fact, since a canton's own instrument may.
CREATE FUNCTION assessments_report(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM assessments_assessment a JOIN instruments_instrumentversion v ON v.id = a.version_id
        WHERE a.dossier_id = known.dossier_id AND a.state = 'finished' AND strpos(v.text, '"' || known.fact || '"') > 0)
$$;
INSERT INTO leading_report VALUES ('assessments_report',
    '{life_situation,short_assessment_on,practice_assessment_on,potential_assessment_on,segment,segmented_on}', true);
