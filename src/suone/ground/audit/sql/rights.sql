ALTER TABLE audit_tile ALTER hashes SET STORAGE EXTERNAL;  -- hashes do not compress

-- The second store (DSV Art. 4 para 5: stored separately). The app's role has no access to its schema.
CREATE SCHEMA audit_copy;
CREATE TABLE audit_copy.entry (
    position bigint PRIMARY KEY,
    id bigint NOT NULL UNIQUE,
    salt bytea NOT NULL,
    line text NOT NULL  -- the entry as it was hashed
);
REVOKE ALL ON SCHEMA audit_copy FROM public;
