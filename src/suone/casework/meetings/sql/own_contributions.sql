-- That a contribution was made, which settles the work item that asks for it, is said by the institution it is asked of.
CREATE FUNCTION meetings_contribution_is_own() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'its own institution contributes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER meetings_contribution_is_own BEFORE UPDATE ON meetings_invitee FOR EACH ROW
    WHEN (current_user = 'suone_app' AND NEW.contributed_at IS DISTINCT FROM OLD.contributed_at
          AND NEW.institution_id IS DISTINCT FROM actor_institution())
    EXECUTE FUNCTION meetings_contribution_is_own();
CREATE TRIGGER meetings_contribution_is_to_come BEFORE INSERT ON meetings_invitee FOR EACH ROW
    WHEN (current_user = 'suone_app' AND NEW.contributed_at IS NOT NULL) EXECUTE FUNCTION meetings_contribution_is_own();
