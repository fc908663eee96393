-- What the owner makes belongs to nobody else until it is given: no right on a table, no function to call. Each model
-- declares its own rights (RowPolicies, TableRights); each function is granted where it stands. For the owner without
-- IN SCHEMA, since a default of a schema can add to the general one and take nothing from it.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

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

GRANT EXECUTE ON FUNCTION actor_kind(), actor_institution(), actor_staff(), actor_user(), actor_system(), actor_roles(),
    actor_may(text) TO suone_app;
GRANT USAGE ON SCHEMA public TO suone_app, suone_report;
-- The number of a row that is kept without reading it back comes from its sequence.
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO suone_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO suone_app;
