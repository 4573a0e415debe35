-- 'PmAB': what was granted to somebody with a work disability. Never a diagnosis.
CREATE TABLE indication (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    kind text NOT NULL,
    granted_on date NOT NULL,
    valid_until date,
    decided_by text NOT NULL,
    ended_on date,
    PRIMARY KEY (dossier_id, id)
);

-- 'Transmissie': a dossier that was passed on to the control service.
CREATE TABLE transmission (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    reason text NOT NULL,
    facts text NOT NULL,
    sent_on date NOT NULL,
    status text NOT NULL,
    decision text,
    PRIMARY KEY (dossier_id, id)
);

-- 'Berichten': conversations, and the messages in them, which stay as they were sent.
CREATE TABLE message_thread (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (dossier_id, id)
);

CREATE TABLE message (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    thread_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    by_person uuid NOT NULL REFERENCES person (id),
    role text NOT NULL,
    organisation_id uuid REFERENCES organisation (id),
    text text NOT NULL,
    PRIMARY KEY (dossier_id, thread_id, id)
);
CREATE TRIGGER message_stays BEFORE UPDATE ON message FOR EACH ROW
EXECUTE FUNCTION refuse('a message stays as it was sent');

-- Until when somebody read a conversation.
CREATE TABLE message_read (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    person_id uuid NOT NULL REFERENCES person (id),
    thread_id uuid NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, person_id, thread_id)
);
