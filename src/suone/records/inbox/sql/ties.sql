-- Who has to do with a case is known to the packages that say so. Each registers functions, by migration alone: as 'sender'
-- with the case, whether whoever acts has to do with it now; as 'recipient' with an institution and the case, whether it has or had.
CREATE TABLE inbox_tie (
    asks varchar(60) PRIMARY KEY,
    side varchar(9) NOT NULL CHECK (side IN ('sender', 'recipient'))
);

-- What else an act's messages may do: function of a message, which says whether sender and recipient are those of the act. A
-- message without a case needs one; of an act about a case it lets somebody be reached besides those who have to do with it.
CREATE TABLE inbox_rule (
    act varchar(60) PRIMARY KEY,
    asks varchar(60) NOT NULL
);

CREATE FUNCTION inbox_allows(m inbox_message) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    rule text;
    holds boolean;
BEGIN
    SELECT r.asks INTO rule FROM inbox_rule r WHERE r.act = m.act;
    IF rule IS NOT NULL THEN
        EXECUTE format('SELECT %I($1)', rule) INTO holds USING m;
    END IF;
    RETURN coalesce(holds, false);
END $$;

-- Data protection learns of every emergency.
CREATE FUNCTION inbox_of_an_emergency(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM appointments_heldrole h
        WHERE h.appointment_id = m.staff_id AND h.role = 'data_protection_officer' AND h.ended_at IS NULL
    ) AND inbox_may_send(m.dossier_id)
$$;
INSERT INTO inbox_rule VALUES ('glass.broken', 'inbox_of_an_emergency');
