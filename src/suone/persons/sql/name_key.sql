-- One key for names: what is searched, compared and doubted goes through it, so that it is spelt out nowhere else.
--
-- name_key() gives the words of a name as they sound, in their order, with one blank between them:
--   'Müller-Bärtschi Käthi' and 'mueller  baertschi kathi' both read 'muler bartsi kati'.
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

-- What a name is found by: its words, and each two that follow each other written as one, so that Hans Jörg is found
-- by Hansjörg, and Hansjörg, whose beginning it is, by Hans.
CREATE FUNCTION name_words(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN (
    WITH words AS (
        SELECT word, position, lead(word) OVER (ORDER BY position) AS following
        FROM string_to_table(nullif(name_key(name), ''), ' ') WITH ORDINALITY AS w(word, position)
    )
    SELECT coalesce(array_agg(DISTINCT found ORDER BY found), '{}')
    FROM words, LATERAL (VALUES (word), (name_key(word || following))) AS v(found)
    WHERE found IS NOT NULL
);

GRANT EXECUTE ON FUNCTION name_key, name_words TO suone_app;
