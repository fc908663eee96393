-- A birth as far as known: a day, a month, a year alone, or nothing.
CREATE FUNCTION birth_is_known(y integer, m integer, d integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN y IS NULL THEN m IS NULL AND d IS NULL
        WHEN y NOT BETWEEN 1880 AND 2200 THEN false
        WHEN m IS NULL THEN d IS NULL
        WHEN m NOT BETWEEN 1 AND 12 THEN false
        WHEN d IS NULL THEN true
        ELSE d BETWEEN 1 AND extract(day FROM make_date(y, m, 1) + interval '1 month' - interval '1 day')
    END;

-- A telephone number as dialled within the country, however it was typed; nothing for other contact details.
CREATE FUNCTION telephone_digits(kind text, typed text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN kind = 'telephone' THEN
        regexp_replace(regexp_replace(regexp_replace(typed, '\(0\)', ''), '[^0-9+]', '', 'g'), '^(?:\+|00)41|\+', '0')
    END;

-- A generated column and a constraint are worked out with the rights of whoever writes the row.
GRANT EXECUTE ON FUNCTION birth_is_known, telephone_digits TO suone_app;
