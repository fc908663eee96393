-- The register is in a schema of its own, so that it can move to a server of its own. The app's role has no rights on its
-- tables: everything goes through the functions, which check who acts. About a person only a token is stored, which
-- cannot be reversed without the keys, which are outside the database.
CREATE SCHEMA register;
REVOKE ALL ON SCHEMA register FROM PUBLIC;
GRANT USAGE ON SCHEMA register TO suone_app;

-- A year's keys: tokens of two epochs have nothing in common. One epoch answers (current) while the next one is filled
-- (opening).
CREATE TABLE register.epoch (
    number smallint PRIMARY KEY,
    kind text NOT NULL CONSTRAINT epoch_kind CHECK (kind IN ('voprf', 'hmac')),
    public_key bytea NOT NULL,
    state text NOT NULL CONSTRAINT epoch_state CHECK (state IN ('opening', 'current', 'closing', 'destroyed')),
    opened_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    destroyed_at timestamptz,
    CONSTRAINT epoch_destroyed_at_a_time CHECK ((state = 'destroyed') = (destroyed_at IS NOT NULL))
);
CREATE UNIQUE INDEX epoch_one_current ON register.epoch (state) WHERE state IN ('current', 'opening');

-- institution, office, worker and referrer are numbers of the directory; the reference is the institution's own.
-- valid_until is the last day; empty while the registration is open. sealed: a number typed into the form, closed to a
-- key outside the database, from which the next epoch's token is derived.
CREATE TABLE register.registration (
    epoch smallint NOT NULL,
    institution integer NOT NULL,
    token uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    office integer,
    worker integer,
    referred_by integer,
    reference text NOT NULL CONSTRAINT reference_is_short CHECK (length(reference) BETWEEN 1 AND 40),
    sealed bytea,
    CONSTRAINT registration_runs_forward CHECK (valid_until >= valid_from)
) PARTITION BY LIST (epoch);

CREATE TABLE register.delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution integer NOT NULL,
    epoch smallint NOT NULL REFERENCES register.epoch,
    kind text NOT NULL CONSTRAINT delivery_kind CHECK (kind IN ('snapshot', 'changes', 'single')),
    rows integer NOT NULL CONSTRAINT delivery_has_rows CHECK (rows >= 0),
    digest text NOT NULL,
    state text NOT NULL DEFAULT 'open' CONSTRAINT delivery_state CHECK (state IN ('open', 'applied', 'abandoned')),
    opened_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    applied_at timestamptz,
    added integer, changed integer, ended integer, unchanged integer, new_overlaps integer
);
CREATE UNIQUE INDEX delivery_one_open ON register.delivery (institution, epoch) WHERE state = 'open' AND kind <> 'single';
CREATE INDEX delivery_of_institution ON register.delivery (institution, id);

-- Both unlogged: after a crash both are empty, and the delivery starts again from its first part.
CREATE UNLOGGED TABLE register.part (
    delivery bigint NOT NULL,
    number integer NOT NULL,
    rows integer NOT NULL,
    PRIMARY KEY (delivery, number)
);
CREATE UNLOGGED TABLE register.stage (
    delivery bigint NOT NULL,
    part integer NOT NULL,
    token uuid NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    office integer,
    worker integer,
    referred_by integer,
    reference text NOT NULL,
    sealed bytea
);
CREATE INDEX stage_of_part ON register.stage (delivery, part);

-- Who asked, for what purpose: for quotas, for the office's supervision, and for the person's right of access.
CREATE TABLE register.question (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    epoch smallint NOT NULL,
    token uuid NOT NULL,
    institution integer NOT NULL,
    staff integer,
    purpose text NOT NULL CONSTRAINT question_has_a_purpose CHECK (purpose <> ''),
    entitled boolean NOT NULL
);
CREATE INDEX question_about ON register.question (epoch, token);
CREATE INDEX question_by ON register.question (institution, at);

-- Alerts that have not been sent yet: with the token, to check whether both already work together on a case.
CREATE TABLE register.unsent (
    alert bigint PRIMARY KEY,
    epoch smallint NOT NULL,
    token uuid NOT NULL
);

-- How many numbers were turned into tokens for whom, per day.
CREATE TABLE register.evaluation (
    institution integer NOT NULL,
    day date NOT NULL,
    numbers integer NOT NULL CHECK (numbers > 0),
    PRIMARY KEY (institution, day)
);

-- Numbers that belong to nobody: whoever registers or asks about one is trying out numbers.
CREATE TABLE register.canary (
    epoch smallint NOT NULL,
    token uuid NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (epoch, token)
);
