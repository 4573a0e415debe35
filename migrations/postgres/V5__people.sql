-- People with several functions, invitations, and roles that a second system manager confirms.
-- `person.role` and `person.unit_id` stay filled with one of the person's functions: the version before
-- reads them. A person's first function has the person's own identifier, so that a session that the
-- version before began, and that names none, is one of that function.

ALTER TABLE organisation ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE organisation ADD COLUMN closed_at timestamptz;
-- Without accents from the first time the name is saved again.
ALTER TABLE organisation ADD COLUMN search_text text COLLATE "C" NOT NULL DEFAULT '';
UPDATE organisation SET search_text = lower(name);
CREATE INDEX organisation_by_text ON organisation (search_text, id);

ALTER TABLE unit ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE unit ADD COLUMN closed_at timestamptz;

ALTER TABLE person ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN email text;

-- The last log-in of each person.
CREATE TABLE person_sign_in (
    person_id uuid PRIMARY KEY REFERENCES person (id),
    at timestamptz NOT NULL
);

-- The words of a person's name and the user name, for searching by their beginnings.
CREATE TABLE person_word (
    word text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    PRIMARY KEY (word, person_id)
);
CREATE INDEX person_word_by_person ON person_word (person_id);
INSERT INTO person_word (word, person_id)
SELECT DISTINCT word, id FROM person,
    regexp_split_to_table(lower(name) || ' ' || lower(user_name), '\s+') AS word
WHERE word <> '';

-- What a person may do, one row per function; a session is in exactly one of them.
CREATE TABLE person_function (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    role text COLLATE "C" NOT NULL,
    unit_id uuid REFERENCES unit (id),
    -- That of the unit, and the person's name, so that an organisation's list comes out of an index.
    organisation_id uuid REFERENCES organisation (id),
    person_name text COLLATE "C" NOT NULL,
    given_by uuid REFERENCES person (id),
    given_at timestamptz NOT NULL,
    -- When the person last chose to work in it.
    chosen_at timestamptz,
    ended_at timestamptz,
    CHECK ((unit_id IS NULL) = (organisation_id IS NULL))
);
CREATE INDEX person_function_by_person ON person_function (person_id, id);
CREATE UNIQUE INDEX person_function_once ON person_function (person_id, role, unit_id)
    WHERE ended_at IS NULL AND unit_id IS NOT NULL;
CREATE UNIQUE INDEX person_function_once_without_unit ON person_function (person_id, role)
    WHERE ended_at IS NULL AND unit_id IS NULL;
CREATE INDEX person_function_by_organisation ON person_function (organisation_id, person_name, person_id, id)
    WHERE organisation_id IS NOT NULL;
CREATE INDEX person_function_by_unit ON person_function (unit_id, role, person_name) WHERE ended_at IS NULL;
CREATE INDEX person_function_of_role ON person_function (role, organisation_id) WHERE ended_at IS NULL;
INSERT INTO person_function (id, person_id, role, unit_id, organisation_id, person_name, given_at)
SELECT p.id, p.id, p.role, u.id, u.organisation_id, p.name, p.created_at
FROM person p LEFT JOIN unit u ON u.id = p.unit_id;

ALTER TABLE session ADD COLUMN function_id uuid REFERENCES person_function (id);
CREATE INDEX session_by_function ON session (function_id);

-- A one-time link: to make an account, or to choose a new password. Only the digest of its token is kept.
CREATE TABLE invitation (
    id uuid PRIMARY KEY,
    token_digest bytea NOT NULL UNIQUE,
    -- Whose password; none for an account that is still to be made.
    person_id uuid REFERENCES person (id),
    name text NOT NULL,
    email text,
    role text COLLATE "C",
    unit_id uuid REFERENCES unit (id),
    organisation_id uuid REFERENCES organisation (id),
    invited_by uuid REFERENCES person (id),
    invited_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    used_at timestamptz,
    withdrawn_at timestamptz
);
CREATE INDEX invitation_open ON invitation (organisation_id, invited_at) WHERE used_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitation_waiting ON invitation (invited_at) WHERE used_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitation_by_person ON invitation (person_id) WHERE person_id IS NOT NULL;

-- A role that a system manager proposes and a second one confirms.
CREATE TABLE role_proposal (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    role text COLLATE "C" NOT NULL,
    proposed_by uuid NOT NULL REFERENCES person (id),
    proposed_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('confirmed', 'refused')),
    decided_by uuid REFERENCES person (id),
    decided_at timestamptz,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decision IS NULL OR decision = 'refused' OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX role_proposal_one_waiting ON role_proposal (person_id, role) WHERE decision IS NULL;
CREATE INDEX role_proposal_queue ON role_proposal (proposed_at) WHERE decision IS NULL;
