-- Which institution is the IIZ office decides who administers and who leads: it is set at installation and never by a
-- user.
CREATE FUNCTION institutions_office_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() = 'staff' AND NEW.is_iiz_office IS DISTINCT FROM (TG_OP = 'UPDATE' AND OLD.is_iiz_office) THEN
        RAISE EXCEPTION 'which institution is the office is not changed at work' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER institutions_office_stays BEFORE INSERT OR UPDATE ON institutions_institution
    FOR EACH ROW EXECUTE FUNCTION institutions_office_stays();
