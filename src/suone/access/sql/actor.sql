-- Who acts, as told by acting_as() for this transaction. An unset setting reads as ''.
-- Policies call these in a scalar sub-select, so that they run once a statement and not once a row.
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

-- The app's role reaches every table and is bound by the policies on it; what must not change is revoked table by table.
GRANT USAGE ON SCHEMA public TO suone_app, suone_report;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO suone_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO suone_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO suone_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO suone_app;
