-- A fact that is no statement comes from an act: each package registers, by migration alone, which facts its acts report, and a
-- function of the fact that says whether such an act is stored in the case. Its rows say that the act happened, not that it
-- happened now. What may report any fact is asked of all that are registered.
CREATE TABLE leading_report (
    asks varchar(60) PRIMARY KEY,
    facts varchar(40)[] NOT NULL,
    any_fact boolean NOT NULL DEFAULT false
);

CREATE FUNCTION leading_comes_from_an_act() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    report leading_report;
    holds boolean := NOT EXISTS (SELECT 1 FROM leading_report r WHERE NEW.fact = ANY (r.facts));
BEGIN
    FOR report IN SELECT * FROM leading_report r WHERE NEW.fact = ANY (r.facts) OR r.any_fact ORDER BY r.asks LOOP
        EXIT WHEN holds;
        EXECUTE format('SELECT %I($1)', report.asks) INTO holds USING NEW;
    END LOOP;
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION 'no act of this case reports this fact' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leading_comes_from_an_act BEFORE INSERT ON leading_knownfact FOR EACH ROW
    WHEN (current_user = 'suone_app' AND NOT NEW.is_stated) EXECUTE FUNCTION leading_comes_from_an_act();

-- The triage, or another level, of this transaction.
CREATE FUNCTION leading_reports_triage(known leading_knownfact) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM leading_triage t WHERE t.dossier_id = known.dossier_id AND t.decided_at >= transaction_timestamp()
    ) OR EXISTS (
        SELECT 1 FROM leading_levelchange l WHERE l.dossier_id = known.dossier_id AND l.at >= transaction_timestamp())
$$;
INSERT INTO leading_report VALUES ('leading_reports_triage', '{triaged_on}');
