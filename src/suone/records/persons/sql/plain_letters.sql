-- Letters without accents, so that sorting and searching are the same on every server. IMMUTABLE is a promise: the
-- dictionary is the one shipped with PostgreSQL and is not edited.
CREATE FUNCTION plain_letters(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN public.unaccent('public.unaccent'::regdictionary, $1);

-- AHVV Art. 134quinquies: EAN-13 check digit, weights 1,3,1,3… over the first twelve digits.
CREATE FUNCTION ahv_check_digit_holds(number text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN number ~ '^756[0-9]{10}$' AND (10 - (
        (SELECT sum(substr(number, i, 1)::int * CASE WHEN i % 2 = 0 THEN 3 ELSE 1 END) FROM generate_series(1, 12) i)
    ) % 10) % 10 = substr(number, 13, 1)::int;

-- A key reveals nothing: neither how many persons there are nor their order, so that whoever types a number cannot
-- distinguish a key that was found from one that was made. Sixty random bits.
CREATE FUNCTION persons_new_key() RETURNS bigint LANGUAGE sql VOLATILE
    RETURN (SELECT ('x' || substr(u, 1, 8) || substr(u, 10, 4) || substr(u, 16, 3))::bit(60)::bigint
            FROM (SELECT gen_random_uuid()::text) made (u));

-- A generated column and a constraint are computed with the rights of whoever writes the row.
GRANT EXECUTE ON FUNCTION plain_letters, ahv_check_digit_holds TO suone_app;
