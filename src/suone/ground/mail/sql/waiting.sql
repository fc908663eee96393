-- How many mails wait for the mail server, and since when: for whoever oversees mails, who may not read those with a link.
CREATE FUNCTION mail_waiting(OUT mails bigint, OUT since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), min(m.at) FROM mail_mail m
    WHERE m.state IN ('waiting', 'sending') AND actor_kind() = 'staff' AND actor_may('mail.oversee')
$$;

GRANT EXECUTE ON FUNCTION mail_waiting() TO suone_app;
