-- One key for names: what is searched, compared and doubted goes through it, so that it is spelt out nowhere else.
--
-- name_key() gives the words of a name as they sound, in their order, with one blank between them:
--   'Müller-Bärtschi Käthi' and 'mueller  baertschi kathi' both read 'muler barki kati'.
-- It is coarse on purpose. Two names with the same key are candidates, never one person.
--
-- IMMUTABLE is a promise: the dictionary of plain_letters() is the one shipped with PostgreSQL and is not edited.
CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN (
    WITH plain AS (
        -- An apostrophe joins (D'Angelo, Dangelo), every other sign parts (Meier-Bärtschi, Meier Bärtschi).
        SELECT ' ' || btrim(regexp_replace(
            regexp_replace(lower(plain_letters(name)), '[''’‘`´ʼ′]', '', 'g'), '[^[:alnum:]]+', ' ', 'g')) || ' ' AS t
    ), sounds AS (
        -- Several letters for one sound, the longest first; then one letter for each sound.
        SELECT translate(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                t, '(?<!t)sch|sh|sz', 's', 'g'),             -- Şimşek, Schimschek
                   'tsch|tch|cch|ch|ck|cz|qu|kh', 'k', 'g'),  -- Petrović, Petrovitch, Petrowitsch; Becker, Beker
                   'dj|dz', 'd', 'g'),                       -- Đorđević, Djordjevic
                   'ph', 'f', 'g'),                          -- Stephan, Stefan
                   'th', 't', 'g'),                          -- Käthi, Kati
                   'gh', 'g', 'g'),                          -- Gheorghe, George
                   'tz|ts', 'z', 'g'),                       -- Fritz, Friz
                   'ou|ue', 'u', 'g'),                       -- Mueller, Müller; Moustafa, Mustafa
                   'ae(?! )', 'a', 'g'),                     -- Baertschi, Bärtschi
                   'oe(?! )', 'o', 'g'),                     -- Zoe keeps its end
                   'a[iy]|e[iy]', 'ei', 'g'),                -- Meier, Meyer, Maier, Mayer
            'cqwyj', 'kkvii') AS t
        FROM plain
    ), silent AS (
        SELECT regexp_replace(regexp_replace(t, '(?<=[^ ])h', '', 'g'),  -- Kohler, Koler: h is heard at the beginning alone
                              '([[:alpha:]])\1+', '\1', 'g') AS t         -- Rossi, Rosi
        FROM sounds
    )
    SELECT btrim(t) FROM silent
);

-- The letters of a key in the order of the alphabet: alike whatever the order of words, blanks and hyphens. Only with the
-- same day of birth does it say that two names may be one person's.
CREATE FUNCTION name_letters(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN (SELECT string_agg(letter, '' ORDER BY letter COLLATE "C")
        FROM string_to_table(replace(name_key(name), ' ', ''), NULL) letter);

-- A name from each of its words on, so that any word may be typed first: "muler kati" and "kati muler". Names of several
-- words stand in one piece as well, so that Hans Jörg is found by Hansjörg.
CREATE FUNCTION name_turned(last text, first text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_temp AS $$
    SELECT DISTINCT array_to_string(words[place:] || words[:place - 1], ' ')
    FROM (SELECT string_to_array(name_key(last), ' ') AS l, string_to_array(name_key(first), ' ') AS f) typed
        CROSS JOIN LATERAL (SELECT name_key(array_to_string(l, '')) AS l1, name_key(array_to_string(f, '')) AS f1) whole
        CROSS JOIN LATERAL (VALUES (l || f), (l1 || f), (l || f1), (ARRAY[l1, f1])) spelled (spelling)
        CROSS JOIN LATERAL (SELECT array_remove(spelling, '') AS words) cleaned
        CROSS JOIN LATERAL generate_series(1, least(cardinality(words), 8)) place
$$;

GRANT EXECUTE ON FUNCTION name_key, name_letters TO suone_app;
