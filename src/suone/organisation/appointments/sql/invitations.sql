-- The invitation that a link leads to; nothing if the link is forged, used, withdrawn or expired. The token itself is
-- presented: whoever administers can read its hash.
CREATE FUNCTION appointments_invitation_of(presented text)
RETURNS TABLE (invitation bigint, appointment bigint, institution bigint, address text, account bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, i.appointment_id, i.institution_id, i.address::text,
           (SELECT u.id FROM access_user u WHERE lower(u.email) = i.address)
    FROM appointments_invitation i JOIN appointments_appointment a ON a.id = i.appointment_id
    WHERE i.token_hash = encode(sha256(convert_to(presented, 'UTF8')), 'hex') AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL
      AND i.expires_at > statement_timestamp() AND a.user_id IS NULL AND a.ended_at IS NULL
      AND (a.active_until IS NULL OR a.active_until >= appointments_today())
$$;

-- Takes up the appointment with the account of the address that was invited, and no other. As a guest who has the link:
-- whoever made the invitation does not accept it in somebody else's place.
CREATE FUNCTION appointments_accept_invitation(presented text, account bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found record;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'guest' THEN
        RAISE EXCEPTION 'an invitation is taken up by whoever has its link' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM appointments_invitation i
        WHERE i.token_hash = encode(sha256(convert_to(presented, 'UTF8')), 'hex') FOR UPDATE;
    SELECT * INTO found FROM appointments_invitation_of(presented);
    IF found.invitation IS NULL OR found.account IS DISTINCT FROM account THEN RETURN NULL; END IF;
    UPDATE appointments_appointment SET user_id = account WHERE id = found.appointment;
    UPDATE appointments_invitation SET accepted_at = statement_timestamp() WHERE id = found.invitation;
    RETURN found.appointment;
END $$;

GRANT EXECUTE ON FUNCTION appointments_invitation_of(text), appointments_accept_invitation(text, bigint) TO suone_app;
