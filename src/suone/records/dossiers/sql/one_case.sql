-- A row of a case refers to rows of the same case alone: to its own meeting, plan, consent, request. Otherwise whoever
-- contributes to one case could attach rows to another, or learn from a refusal what is in it. A meeting that is not
-- about a case may refer to several.

CREATE FUNCTION dossiers_one_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_same boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %I WHERE %I = ($1).%I AND (dossier_id IS NULL OR dossier_id = ($1).dossier_id))',
        TG_ARGV[1], TG_ARGV[2], TG_ARGV[0]) INTO is_same USING NEW;
    IF NOT is_same THEN
        RAISE EXCEPTION 'this belongs to another case' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

-- Enforces this for every foreign key between two tables with a column for their case. A migration that adds such a key
-- calls it again.
CREATE FUNCTION dossiers_keep_to_one_case() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT r.conrelid::regclass AS place, a.attname AS refers, r.confrelid::regclass AS referred, k.attname AS named
        FROM pg_constraint r
        JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = r.conkey[1] AND a.attname <> 'dossier_id'
        JOIN pg_attribute k ON k.attrelid = r.confrelid AND k.attnum = r.confkey[1]
        JOIN pg_attribute o ON o.attrelid = r.conrelid AND o.attname = 'dossier_id'
        JOIN pg_attribute t ON t.attrelid = r.confrelid AND t.attname = 'dossier_id'
        WHERE r.contype = 'f' AND r.connamespace = 'public'::regnamespace
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %I BEFORE INSERT OR UPDATE OF %I, dossier_id ON %s FOR EACH ROW'
            ' WHEN (NEW.%I IS NOT NULL) EXECUTE FUNCTION dossiers_one_case(%L, %L, %L)',
            'one_case_' || found.refers, found.refers, found.place, found.refers, found.refers, found.referred, found.named);
    END LOOP;
END $$;
