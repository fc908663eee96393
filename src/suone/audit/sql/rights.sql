-- Append-only. The app's role says what was done and to whom; when, who and for which institution are the database's to
-- write, so those columns are not the app's, not even by name.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_entry, audit_seal, audit_tile FROM suone_app;
GRANT INSERT (kind, act, on_behalf_of, dossier_id, person_id, object_type, object_id, recipients, dossiers_shown,
              persons_shown, legal_basis, purpose, details) ON audit_entry TO suone_app;
ALTER TABLE audit_tile ALTER hashes SET STORAGE EXTERNAL;  -- hashes do not compress

-- The second store (DSV Art. 4, para 5: kept apart). The app's role may not even enter its schema.
CREATE SCHEMA audit_copy;
CREATE TABLE audit_copy.entry (
    position bigint PRIMARY KEY,
    id bigint NOT NULL UNIQUE,
    salt bytea NOT NULL,
    line text NOT NULL  -- the entry as it was hashed
);
REVOKE ALL ON SCHEMA audit_copy FROM public;
