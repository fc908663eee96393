-- Nobody but the owner may use what the owner creates until it is granted. Each model declares the rights on its table
-- (RowPolicies, TableRights); each function is granted where it is defined. Without IN SCHEMA, since default privileges
-- of a schema can only add to the general ones.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Who acts, as set by acting_as() for this transaction. An unset setting reads as ''.
-- Every function either sets its search_path, with pg_temp at the end, or has a body that was resolved when it was created
-- (RETURN, BEGIN ATOMIC): otherwise the caller could replace a type or table it names by a temporary one.
-- Policies call these in a scalar sub-select, so that they run once per statement, not once per row.
CREATE FUNCTION actor_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('suone.kind', true), '');

CREATE FUNCTION actor_institution() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('suone.institution', true), '')::bigint;

CREATE FUNCTION actor_staff() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('suone.staff', true), '')::bigint;

CREATE FUNCTION actor_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('suone.user', true), '')::bigint;

CREATE FUNCTION actor_system() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('suone.system', true), '')::bigint;

CREATE FUNCTION actor_roles() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('suone.roles', true), '')::text[], '{}');

CREATE FUNCTION actor_may(permission text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(permission = ANY (nullif(current_setting('suone.permissions', true), '')::text[]), false);

-- The transaction that is under way. A row that keeps it says what belongs to one act: a time would not, since whoever
-- opened a transaction earlier sees an earlier now().
CREATE FUNCTION actor_transaction() RETURNS bigint LANGUAGE sql STABLE
    RETURN pg_current_xact_id()::text::bigint;

-- Trigger function of Stamp: guarantees who did something to a row, and when, for everything that the app's role writes;
-- functions with the owner's rights set both themselves. Arguments: the columns of the time, the staff member, the
-- institution, the account and the transaction, empty if there is none, then those that do not change without the stamp. Time
-- (days in Swiss time) and transaction are set; somebody else's name, or a time without a name, is refused.
CREATE FUNCTION actor_stamps() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET TimeZone = 'Europe/Zurich' AS $$
DECLARE
    written CONSTANT jsonb := to_jsonb(NEW);
    before CONSTANT jsonb := coalesce(to_jsonb(OLD), '{}');
    actors CONSTANT bigint[] := ARRAY[NULL, actor_staff(), actor_institution(), actor_user()];
    at_column CONSTANT text := TG_ARGV[0];
    is_touched CONSTANT boolean := TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM unnest(TG_ARGV[5:]) w WHERE written -> w IS DISTINCT FROM before -> w);
    is_done CONSTANT boolean := is_touched OR at_column = '' OR written ->> at_column IS NOT NULL;
    is_new CONSTANT boolean := is_touched OR CASE WHEN at_column = '' THEN TG_OP = 'INSERT'
                                    ELSE written ->> at_column IS DISTINCT FROM before ->> at_column END;
    named bigint;
BEGIN
    FOR part IN 1..3 LOOP
        CONTINUE WHEN TG_ARGV[part] = '';
        named := written ->> TG_ARGV[part];
        IF (is_new AND is_done OR named IS DISTINCT FROM (before ->> TG_ARGV[part])::bigint)
           AND named IS DISTINCT FROM actors[part + 1] AND (is_done OR named IS NOT NULL) THEN
            RAISE EXCEPTION 'in another''s name: % of %', TG_ARGV[part], TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    IF at_column = '' OR NOT is_new OR NOT is_done THEN
        RETURN NEW;
    END IF;
    RETURN jsonb_populate_record(NEW, jsonb_build_object(at_column, statement_timestamp())
        || CASE TG_ARGV[4] WHEN '' THEN '{}' ELSE jsonb_build_object(TG_ARGV[4], actor_transaction()) END);
END $$;

GRANT EXECUTE ON FUNCTION actor_kind(), actor_institution(), actor_staff(), actor_user(), actor_system(), actor_roles(),
    actor_may(text), actor_transaction() TO suone_app;
GRANT USAGE ON SCHEMA public TO suone_app, suone_report;
-- Needed to insert rows, whose ids come from sequences.
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO suone_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO suone_app;
