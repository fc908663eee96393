-- The canton's law for notifying young people before a consent, stored by `suone migrate` from the settings; empty if there is
-- none. The app's role may neither call this nor replace it: it cannot claim that there is a law.
CREATE FUNCTION youth_law() RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$ SELECT ''::text $$;

-- A notice names the canton's law, and goes to an institution that receives young people by a procedure in force today: the
-- newest version of one.
CREATE FUNCTION youth_notice_is_lawful() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF youth_law() = '' OR NEW.law <> youth_law() THEN
        RAISE EXCEPTION 'no young person is notified before a consent but on the law of the canton'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM (
            SELECT DISTINCT ON (v.identifier) v.receives FROM procedures_procedureversion v
            WHERE v.state = 'published' AND v.valid_from <= appointments_today()
              AND (v.valid_until IS NULL OR v.valid_until >= appointments_today())
            ORDER BY v.identifier, v.valid_from DESC, v.id DESC
        ) newest JOIN institutions_institution i ON i.kind = newest.receives
        WHERE newest.receives = 'youth_transition' AND i.id = NEW.receiver_id
    ) THEN
        RAISE EXCEPTION 'this institution receives no young people' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER youth_notice_is_lawful BEFORE INSERT ON youth_notice FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION youth_notice_is_lawful();
