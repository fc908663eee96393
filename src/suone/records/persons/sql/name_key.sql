-- One key for names: what is searched, compared and doubted goes through it, so that it is spelt out nowhere else.
--
-- name_key() gives the words of a name as they sound, in their order, with one blank between them:
--   'Müller-Bärtschi Käthi' and 'mueller  baertschi kathi' both read 'muler barki kati'.
-- It is coarse on purpose. Two names with the same key are candidates, never one person.
--
-- IMMUTABLE is a promise: the dictionary of plain_letters() is the one shipped with PostgreSQL and is not edited.

-- Arabic names that are transcribed by sound, each in one of its spellings: vowels and double letters are no guide there.
CREATE FUNCTION name_by_sound(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN CASE WHEN t !~ ' (m(o|u|ou)ham|ac?hm|abd|[jy]o?us|h[ou]s|[ck]hal)' THEN t ELSE
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        t, ' m(o|u|ou)hamm?[ae][dt]', ' mohamed', 'g'),                   -- Muhammad, Mohammed, Mouhamed
           ' ac?hm[ae][dt]', ' ahmed', 'g'),                               -- Ahmad, Achmed, Ahmet
           ' abd ?(ou|[aeu])(l|(?=r[ar]))', ' abdul', 'g'),                -- Abdul Rahman, Abd al-Rahman, Abderrahman
           ' [jy]o?uss?[eu]f', ' iusuf', 'g'),                             -- Youssef, Yusuf, Jussuf
           ' h[ou]ss?[ae][iy]n', ' husein', 'g'),                          -- Hussain, Hossein
           ' [ck]hal[ei]d', ' kaled', 'g') END;                            -- Khalid, Chaled

CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN (
    WITH plain AS (
        -- An apostrophe joins (D'Angelo, Dangelo), every other sign parts (Meier-Bärtschi, Meier Bärtschi).
        SELECT name_by_sound(' ' || btrim(regexp_replace(
            regexp_replace(lower(plain_letters(name)), '[''’‘`´ʼ′]', '', 'g'), '[^[:alnum:]]+', ' ', 'g')) || ' ') AS t
    ), sounds AS (
        -- Several letters for one sound, the longest first; then one letter for each sound.
        SELECT translate(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                t, 'dsch|dj|dz|xh', 'd', 'g'),               -- Đorđević, Djordjevic; Hoxha, Hodža, Hodscha
                   '(?<!t)sch|sh|sz', 's', 'g'),             -- Şimşek, Schimschek
                   'tsch|tch|cch|ch|ck|cz|qu|kh', 'k', 'g'),  -- Petrović, Petrovitch, Petrowitsch; Becker, Beker
                   ' mc', ' mak', 'g'),                      -- McDonald, MacDonald
                   'ph', 'f', 'g'),                          -- Stephan, Stefan
                   'th', 't', 'g'),                          -- Käthi, Kati
                   'dt(?= )', 'd', 'g'),                     -- Schmidt, Schmid
                   'gh', 'g', 'g'),                          -- Gheorghe, George
                   'tz|ts', 'z', 'g'),                       -- Fritz, Friz
                   'ou|ue', 'u', 'g'),                       -- Mueller, Müller; Moustafa, Mustafa
                   'ae(?! )', 'a', 'g'),                     -- Baertschi, Bärtschi
                   'oe(?! )', 'o', 'g'),                     -- Zoe keeps its end
                   'a[iy]|e[iy]', 'ei', 'g'),                -- Meier, Meyer, Maier, Mayer
                   'ks', 'x', 'g'),                          -- Aleksander, Alexander
            'cqwyj', 'kkvii') AS t
        FROM plain
    ), silent AS (
        SELECT regexp_replace(regexp_replace(t, '(?<=[^ ])h', '', 'g'),  -- Kohler, Koler: h is heard at the beginning alone
                              '([[:alpha:]])\1+', '\1', 'g') AS t         -- Rossi, Rosi
        FROM sounds
    )
    SELECT btrim(t) FROM silent
);

-- A key with the ends of its words as they sound: without a silent e (Fabienne, Fabien; Philippe, Philipp), and with one
-- letter for d and t (Ambord, Ambort).
CREATE FUNCTION name_sound(key text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN regexp_replace(regexp_replace(key, '(?<=[[:alpha:]][^ aeiou])e(?= |$)', '', 'g'),
                      '(?<=[[:alpha:]][[:alpha:]])t(?= |$)', 'd', 'g');

-- A key as it was typed, and the other endings its words may have. Stored keys keep their endings, so that a name is
-- found by any beginning of it, and Anne Lise by Annelise.
CREATE FUNCTION name_spelled(key text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_temp AS $$
    SELECT key UNION SELECT name_sound(key)
    UNION SELECT regexp_replace(name_sound(key), '(?<=[[:alpha:]][[:alpha:]])d(?= |$)', 't', 'g')
$$;

-- The letters of a key in alphabetical order: the same whatever the order of words, blanks and hyphens. Only with the
-- same day of birth do they suggest that two names may be one person's.
CREATE FUNCTION name_letters(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp
RETURN (SELECT string_agg(letter, '' ORDER BY letter COLLATE "C")
        FROM string_to_table(replace(name_sound(name_key(name)), ' ', ''), NULL) letter);

-- A name from each of its words on, so that any word may be typed first: "muler kati" and "kati muler". Names of several
-- words are also there in one piece, so that Hans Jörg is found by Hansjörg.
CREATE FUNCTION name_turned(last text, first text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_temp AS $$
    SELECT DISTINCT array_to_string(words[place:] || words[:place - 1], ' ')
    FROM (SELECT string_to_array(name_key(last), ' ') AS l, string_to_array(name_key(first), ' ') AS f) typed
        CROSS JOIN LATERAL (
            SELECT l || f AS spelling
            UNION ALL SELECT name_key(array_to_string(l, '')) || f WHERE cardinality(l) > 1
            UNION ALL SELECT l || name_key(array_to_string(f, '')) WHERE cardinality(f) > 1
            UNION ALL SELECT ARRAY[name_key(array_to_string(l, '')), name_key(array_to_string(f, ''))]
                WHERE cardinality(l) > 1 AND cardinality(f) > 1
        ) spelled
        CROSS JOIN LATERAL (SELECT array_remove(spelling, '') AS words) cleaned
        CROSS JOIN LATERAL generate_series(1, least(cardinality(words), 8)) place
$$;

-- A key, and how it may continue once its last word is typed in full: "step" becomes "stefan", "ma" becomes "meier".
CREATE FUNCTION name_begun(key text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_temp AS $$
    SELECT key UNION ALL SELECT left(key, -length(end_so_far)) || heard
    FROM (VALUES ('a', 'ei'), ('ae', 'a'), ('oe', 'o'), ('o', 'u'), ('p', 'f'), ('t', 'z'), ('t', 'k'), ('d', 'z'), ('k', 'x'),
                 ('x', 'd'), ('z', 'k'), ('sk', 's'), ('sk', 'k'), ('tk', 'k'), ('zk', 'k')) ends (end_so_far, heard)
    WHERE right(key, length(end_so_far)) = end_so_far
$$;

GRANT EXECUTE ON FUNCTION name_by_sound, name_sound, name_key, name_letters TO suone_app;
