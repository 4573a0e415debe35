-- The first schema: the twin of sqlite/V1__start.sql, table for table and column for column. Days are
-- dates, instants timestamptz, identifiers uuid. Texts that the program sorts or searches compare by
-- their bytes ("C"), as SQLite does, so that both give the same lists.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'KD001';
END $$;

CREATE TABLE organisation (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    kbo text UNIQUE,
    created_at timestamptz NOT NULL
);

CREATE TABLE unit (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    name text NOT NULL,
    address text NOT NULL,
    number text NOT NULL,
    search_text text COLLATE "C" NOT NULL
);
CREATE INDEX unit_by_organisation ON unit (organisation_id);
CREATE INDEX unit_by_text ON unit (search_text);

CREATE TABLE person (
    id uuid PRIMARY KEY,
    user_name text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    unit_id uuid REFERENCES unit (id),
    own_dossier_id uuid,
    active boolean NOT NULL,
    demo boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX person_by_unit ON person (unit_id, name);

CREATE TABLE session (
    token_digest bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX session_by_end ON session (ends_at);

-- One row per wrong attempt; the key is a digest, so that what was typed is not kept.
CREATE TABLE login_attempt (
    key_digest bytea NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (key_digest, at, id)
);
CREATE INDEX login_attempt_by_time ON login_attempt (at);

CREATE TABLE dossier (
    id uuid PRIMARY KEY,
    client_number text COLLATE "C" NOT NULL UNIQUE,
    given_name text NOT NULL,
    family_name text NOT NULL,
    birth_day date NOT NULL,
    work_situation text NOT NULL,
    work_situation_since date,
    insz_digest bytea UNIQUE,
    insz_sealed bytea,
    email text,
    phone text,
    street text,
    postcode text,
    municipality text,
    about_me text,
    -- Counts up with every change in the dossier: every write asks for the version it was decided on.
    version bigint NOT NULL,
    journal_number bigint NOT NULL,
    journal_link bytea NOT NULL,
    removal_asked boolean NOT NULL,
    created_at timestamptz NOT NULL
    -- Room in every page: the version moves on with every change, and stays where the row is.
) WITH (fillfactor = 80);

-- The words of a client's name, without accents and capitals, for searching by their beginnings.
CREATE TABLE client_word (
    word text COLLATE "C" NOT NULL,
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    PRIMARY KEY (word, dossier_id)
);
CREATE INDEX client_word_by_dossier ON client_word (dossier_id, word);

CREATE TABLE access_grant (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    id uuid NOT NULL UNIQUE,
    basis text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    closes_on date,
    given_by uuid NOT NULL REFERENCES person (id),
    given_at timestamptz NOT NULL,
    ended_by uuid REFERENCES person (id),
    ended_at timestamptz,
    PRIMARY KEY (dossier_id, organisation_id, id)
);
CREATE INDEX access_grant_by_organisation ON access_grant (organisation_id, dossier_id);

CREATE TABLE study (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    level text NOT NULL,
    grade text,
    field text,
    school text NOT NULL,
    ended_on date,
    certificate text,
    provenance text NOT NULL,
    PRIMARY KEY (dossier_id, id)
);

CREATE TABLE experience (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    function text NOT NULL,
    employer text NOT NULL,
    from_day date NOT NULL,
    until_day date,
    description text,
    PRIMARY KEY (dossier_id, id)
);

-- One guidance. The story texts stand in a table of their own, so that a list reads narrow rows.
-- The columns of an ended line are there if and only if it ended.
CREATE TABLE step (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    listed_on date NOT NULL,
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    step_type text NOT NULL,
    funding text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('ongoing', 'ended', 'cancelled', 'removed')),
    start_on date NOT NULL,
    end_on date,
    requester_unit uuid NOT NULL REFERENCES unit (id),
    requester_org uuid NOT NULL REFERENCES organisation (id),
    requester_person uuid NOT NULL REFERENCES person (id),
    provider_unit uuid NOT NULL REFERENCES unit (id),
    provider_org uuid NOT NULL REFERENCES organisation (id),
    provider_person uuid NOT NULL REFERENCES person (id),
    registered_by uuid NOT NULL REFERENCES person (id),
    registered_at timestamptz NOT NULL,
    result text,
    reason text,
    fact_education boolean,
    fact_work boolean,
    fact_qualification boolean,
    fact_absence boolean,
    ended_by uuid REFERENCES person (id),
    ended_at timestamptz,
    closed_by uuid REFERENCES person (id),
    closed_at timestamptz,
    CHECK ((state IN ('ended', 'removed'))
        = (end_on IS NOT NULL AND result IS NOT NULL AND reason IS NOT NULL AND ended_at IS NOT NULL)),
    CHECK ((state IN ('cancelled', 'removed')) = (closed_at IS NOT NULL)),
    CHECK (end_on IS NULL OR end_on >= start_on)
);
-- The list of a dossier comes from this index alone: its rows were written years apart, and would each
-- be read from a page of their own.
CREATE INDEX step_by_dossier ON step (dossier_id, listed_on, id)
    INCLUDE (state, start_on, end_on, step_type, funding, result, provider_org, provider_unit, requester_org);
-- S8: at most one ongoing line of the same type and funding at one provider organisation.
CREATE UNIQUE INDEX step_one_ongoing ON step (dossier_id, step_type, funding, provider_org)
    WHERE state = 'ongoing';
CREATE INDEX step_by_provider ON step (provider_org, state, listed_on, dossier_id, id);
CREATE INDEX step_by_funding ON step (funding, state, listed_on, dossier_id, id);

-- R3: the third guard. A final row takes no update but the coach's removal, and nothing is deleted.
CREATE TRIGGER step_final_stays BEFORE UPDATE ON step FOR EACH ROW
WHEN (OLD.state <> 'ongoing' AND NOT (
    OLD.state = 'ended' AND NEW.state = 'removed'
    AND NEW.dossier_id = OLD.dossier_id AND NEW.id = OLD.id
    AND NEW.start_on = OLD.start_on AND NEW.end_on = OLD.end_on
    AND NEW.result = OLD.result AND NEW.reason = OLD.reason
    AND NEW.funding = OLD.funding AND NEW.ended_at = OLD.ended_at
    AND NEW.requester_person = OLD.requester_person AND NEW.provider_person = OLD.provider_person
))
EXECUTE FUNCTION refuse('step is final');
CREATE TRIGGER step_is_kept BEFORE DELETE ON step FOR EACH ROW
EXECUTE FUNCTION refuse('a step is kept');
CREATE TRIGGER step_is_not_emptied BEFORE TRUNCATE ON step FOR EACH STATEMENT
EXECUTE FUNCTION refuse('a step is kept');

CREATE TABLE step_text (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL REFERENCES step (id),
    summary text,
    late_reason text,
    result_note text,
    cancel_reason text,
    PRIMARY KEY (dossier_id, step_id)
);

-- What hangs on a line changes only while the line is ongoing. FOR SHARE: it does not end meanwhile.
CREATE FUNCTION step_must_be_ongoing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM step WHERE id = NEW.step_id AND state = 'ongoing' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'step is final' USING ERRCODE = 'KD001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER step_text_final_stays BEFORE UPDATE ON step_text FOR EACH ROW
EXECUTE FUNCTION step_must_be_ongoing();
CREATE TRIGGER step_text_is_kept BEFORE DELETE ON step_text FOR EACH ROW
EXECUTE FUNCTION refuse('a step is kept');

CREATE TABLE addendum (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL REFERENCES step (id),
    number bigint NOT NULL,
    text text NOT NULL,
    by_person uuid NOT NULL REFERENCES person (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, step_id, number)
);
CREATE TRIGGER addendum_is_kept BEFORE DELETE ON addendum FOR EACH ROW
EXECUTE FUNCTION refuse('an addendum is final');
CREATE TRIGGER addendum_stays BEFORE UPDATE ON addendum FOR EACH ROW
EXECUTE FUNCTION refuse('an addendum is final');

-- E7: every check is kept.
CREATE TABLE eligibility_check (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL REFERENCES step (id),
    at timestamptz NOT NULL,
    by_person uuid NOT NULL REFERENCES person (id),
    start_on date NOT NULL,
    verdict text NOT NULL,
    seen text NOT NULL,
    PRIMARY KEY (dossier_id, step_id, at, start_on)
);

-- E5: lines that are 'te controleren', while they are.
CREATE TABLE step_review (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL UNIQUE REFERENCES step (id),
    study_id uuid NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, step_id)
);

CREATE TABLE action (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL REFERENCES step (id),
    day date NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    kind text NOT NULL,
    minutes bigint NOT NULL,
    presence text NOT NULL,
    place text,
    note text,
    recorded_by uuid NOT NULL REFERENCES person (id),
    recorded_at timestamptz NOT NULL,
    voided boolean NOT NULL,
    PRIMARY KEY (dossier_id, step_id, day, id)
);
-- A4: the third guard for actions.
CREATE TRIGGER action_of_ongoing BEFORE INSERT OR UPDATE ON action FOR EACH ROW
EXECUTE FUNCTION step_must_be_ongoing();

CREATE TABLE removal_request (
    dossier_id uuid NOT NULL,
    step_id uuid NOT NULL REFERENCES step (id),
    id uuid NOT NULL UNIQUE,
    reason text NOT NULL,
    asked_by uuid NOT NULL REFERENCES person (id),
    asked_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('removed', 'refused')),
    decided_by uuid REFERENCES person (id),
    decided_at timestamptz,
    decision_reason text,
    PRIMARY KEY (dossier_id, step_id, id),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX removal_one_waiting ON removal_request (step_id) WHERE decision IS NULL;
CREATE INDEX removal_queue ON removal_request (asked_at) WHERE decision IS NULL;
CREATE INDEX removal_decided ON removal_request (decided_at) WHERE decision IS NOT NULL;

-- Parted by month, as is `opening`: the two that grow for ever. A month's index fits in memory, old
-- months rest on cheaper disks, and what retention erases is found in its month. The key holds the
-- instant because every key of a parted table must; that a number is there once follows from the
-- dossier's own row, which every change moves on.
CREATE TABLE journal (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    by_person uuid NOT NULL,
    organisation_id uuid,
    event text NOT NULL,
    subject_id uuid NOT NULL,
    step_id uuid,
    content text,
    content_digest bytea NOT NULL,
    link bytea NOT NULL,
    PRIMARY KEY (dossier_id, number, at)
) PARTITION BY RANGE (at);
CREATE INDEX journal_by_step ON journal (step_id, number) WHERE step_id IS NOT NULL;
CREATE TABLE journal_rest PARTITION OF journal DEFAULT;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal FOR EACH ROW
WHEN (NEW.content IS NOT NULL OR NEW.link IS DISTINCT FROM OLD.link
    OR NEW.content_digest IS DISTINCT FROM OLD.content_digest OR NEW.at IS DISTINCT FROM OLD.at
    OR NEW.by_person IS DISTINCT FROM OLD.by_person OR NEW.event IS DISTINCT FROM OLD.event
    OR NEW.dossier_id IS DISTINCT FROM OLD.dossier_id OR NEW.number IS DISTINCT FROM OLD.number)
EXECUTE FUNCTION refuse('the journal is append-only');
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal FOR EACH ROW
EXECUTE FUNCTION refuse('the journal is append-only');
CREATE TRIGGER journal_is_not_emptied BEFORE TRUNCATE ON journal FOR EACH STATEMENT
EXECUTE FUNCTION refuse('the journal is append-only');

-- I3: who opened what, for which organisation, in which minute.
CREATE TABLE opening (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    minute bigint NOT NULL,
    person_id uuid NOT NULL,
    what text COLLATE "C" NOT NULL,
    organisation_id uuid,
    PRIMARY KEY (dossier_id, minute, person_id, what)
) PARTITION BY RANGE (minute);
CREATE TABLE opening_rest PARTITION OF opening DEFAULT;

-- Makes the months that are missing between two days and says how many. It runs with its owner's
-- rights, so that the role that serves needs none to make tables. The two `rest` tables take what has
-- no month, so that no change ever waits for this.
CREATE FUNCTION ensure_months(first_day date, last_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month timestamp := date_trunc('month', first_day::timestamp);
    next timestamp;
    made bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4881, 2);
    WHILE month <= last_day LOOP
        next := month + interval '1 month';
        -- A month that began before it was made stays whole where it is.
        IF to_regclass('journal_' || to_char(month, 'YYYY_MM')) IS NULL
            AND NOT EXISTS (SELECT 1 FROM journal_rest
                WHERE at >= month AT TIME ZONE 'UTC' AND at < next AT TIME ZONE 'UTC')
            AND NOT EXISTS (SELECT 1 FROM opening_rest
                WHERE minute >= extract(epoch FROM month) / 60 AND minute < extract(epoch FROM next) / 60)
        THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF journal FOR VALUES FROM (%L) TO (%L)',
                'journal_' || to_char(month, 'YYYY_MM'),
                month AT TIME ZONE 'UTC', next AT TIME ZONE 'UTC');
            EXECUTE format('CREATE TABLE %I PARTITION OF opening FOR VALUES FROM (%s) TO (%s)',
                'opening_' || to_char(month, 'YYYY_MM'),
                (extract(epoch FROM month) / 60)::bigint, (extract(epoch FROM next) / 60)::bigint);
            made := made + 1;
        END IF;
        month := next;
    END LOOP;
    RETURN made;
END $$;
SELECT ensure_months((now() - interval '3 months')::date, (now() + interval '6 months')::date);

-- What has to reach somebody: written with the change, shown to the person, later also mailed.
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    kind text NOT NULL,
    dossier_id uuid,
    step_id uuid,
    note text,
    read_at timestamptz
);
CREATE INDEX outbox_by_person ON outbox (person_id, at);

-- T2: one row per confirmed submission, with where its answer led.
CREATE TABLE submission (
    key uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    at timestamptz NOT NULL,
    led_to text NOT NULL
);
CREATE INDEX submission_by_time ON submission (at);
