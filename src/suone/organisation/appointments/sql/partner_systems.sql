-- Whose key this is: asked before anybody acts. The use is noted at most once a minute, so that simultaneous requests do
-- not wait for each other.
CREATE FUNCTION appointments_system_of_key(presented text, today date)
RETURNS TABLE (id bigint, institution_id bigint, name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE appointments_partnersystem s SET last_used_at = statement_timestamp()
        WHERE s.key_hash = presented AND s.ended_at IS NULL AND s.valid_from <= today
          AND (s.valid_until IS NULL OR s.valid_until >= today)
          AND (s.last_used_at IS NULL OR s.last_used_at < statement_timestamp() - interval '1 minute');
    RETURN QUERY SELECT s.id, s.institution_id, s.name::text FROM appointments_partnersystem s
        WHERE s.key_hash = presented AND s.ended_at IS NULL AND s.valid_from <= today
          AND (s.valid_until IS NULL OR s.valid_until >= today);
END $$;

GRANT EXECUTE ON FUNCTION appointments_system_of_key TO suone_app;
