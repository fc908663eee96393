-- A guest's link never outlives the meeting's day, nor ninety days where no date is fixed yet.
CREATE FUNCTION meetings_bound_guests() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.valid_until > (
        SELECT (coalesce((m.starts_at AT TIME ZONE 'Europe/Zurich')::date,
                         (statement_timestamp() AT TIME ZONE 'Europe/Zurich')::date + 90) + 1)::timestamp
               AT TIME ZONE 'Europe/Zurich'
        FROM meetings_meeting m WHERE m.id = NEW.meeting_id)
    THEN
        RAISE EXCEPTION 'a guest''s link does not outlive the meeting'
            USING ERRCODE = 'check_violation', TABLE = 'meetings_guest', CONSTRAINT = 'guest_not_beyond_the_meeting';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guest_not_beyond_the_meeting BEFORE INSERT OR UPDATE OF valid_until, meeting_id ON meetings_guest
    FOR EACH ROW EXECUTE FUNCTION meetings_bound_guests();
