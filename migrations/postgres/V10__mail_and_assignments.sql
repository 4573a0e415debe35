-- Mail of notices, and dossiers that open only to the counsellors they are assigned to.

-- When a notice can be mailed; empty when it has not to be, or no longer.
ALTER TABLE outbox ADD COLUMN mail_due timestamptz;
CREATE INDEX outbox_to_mail ON outbox (mail_due) WHERE mail_due IS NOT NULL;

-- Where a person's notices are mailed to. A new address waits until its owner confirmed it with the link
-- that was mailed to it.
CREATE TABLE mail_address (
    person_id uuid PRIMARY KEY REFERENCES person (id),
    address text,
    pending text,
    pending_id uuid,
    pending_until timestamptz,
    wanted boolean NOT NULL,
    -- Until then no other mail of notices goes to this person.
    quiet_until timestamptz,
    CHECK ((pending IS NULL) = (pending_id IS NULL)),
    CHECK ((pending IS NULL) = (pending_until IS NULL))
);

-- One mail to one person. Who claims it moves due_at ahead: nobody else takes it before that, and whoever
-- comes after that sends it again, under the same identifier.
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('notices', 'confirm')),
    person_id uuid NOT NULL REFERENCES person (id),
    made_at timestamptz NOT NULL,
    version bigint NOT NULL,
    tries bigint NOT NULL,
    due_at timestamptz,
    sent_at timestamptz,
    gave_up_at timestamptz,
    CHECK ((due_at IS NULL) = (sent_at IS NOT NULL OR gave_up_at IS NOT NULL))
);
CREATE INDEX mail_due ON mail (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mail_sent ON mail (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX mail_given_up ON mail (gave_up_at) WHERE gave_up_at IS NOT NULL;
CREATE INDEX mail_by_person ON mail (person_id, made_at);

-- Whether the organisation's dossiers open only to the counsellors they are assigned to (I2).
ALTER TABLE organisation ADD COLUMN narrowed boolean NOT NULL DEFAULT FALSE;

-- Which counsellor works on which dossier for an organisation. What was before stays on record.
CREATE TABLE assignment (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    person_id uuid NOT NULL REFERENCES person (id),
    id uuid NOT NULL,
    since timestamptz NOT NULL,
    given_by uuid NOT NULL REFERENCES person (id),
    until timestamptz,
    ended_by uuid REFERENCES person (id),
    PRIMARY KEY (dossier_id, organisation_id, person_id, id),
    CHECK ((until IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX assignment_one ON assignment (dossier_id, organisation_id, person_id) WHERE until IS NULL;
