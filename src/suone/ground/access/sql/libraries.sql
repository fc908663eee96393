-- What the app's role may do with the tables of libraries; it has no access to those not listed here (django_migrations,
-- Django's groups and permissions). Which rows it reaches is defined in signin/sql/accounts.sql. None of these tables
-- contains anything about persons concerned.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    django_session,
    account_emailaddress, mfa_authenticator,
    socialaccount_socialaccount, socialaccount_socialtoken,
    procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
TO suone_app;
GRANT SELECT, INSERT, DELETE ON axes_accessfailurelog TO suone_app;
GRANT SELECT, DELETE ON account_emailconfirmation TO suone_app;
GRANT SELECT ON socialaccount_socialapp TO suone_app;

-- The job queue has functions of its own, which run with the caller's rights.
DO $$
DECLARE
    called regprocedure;
BEGIN
    FOR called IN SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate\_%' AND NOT prosecdef
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO suone_app', called);
    END LOOP;
END $$;
