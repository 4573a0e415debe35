-- People with several functions, invitations, and roles that a second system manager confirms.
-- `person.role` and `person.unit_id` stay filled with one of the person's functions: the version before
-- reads them. A person's first function has the person's own identifier, so that a session that the
-- version before began, and that names none, is one of that function.

ALTER TABLE organisation ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE organisation ADD COLUMN closed_at INTEGER;
-- Without accents from the first time the name is saved again.
ALTER TABLE organisation ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
UPDATE organisation SET search_text = lower(name);
CREATE INDEX organisation_by_text ON organisation (search_text, id);

ALTER TABLE unit ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE unit ADD COLUMN closed_at INTEGER;

ALTER TABLE person ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN email TEXT;

-- The last log-in of each person.
CREATE TABLE person_sign_in (
    person_id BLOB PRIMARY KEY REFERENCES person (id),
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The words of a person's name and the user name, for searching by their beginnings.
CREATE TABLE person_word (
    word TEXT NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    PRIMARY KEY (word, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_word_by_person ON person_word (person_id);
INSERT OR IGNORE INTO person_word (word, person_id)
WITH RECURSIVE part (word, rest, person_id) AS (
    SELECT '', lower(name) || ' ' || lower(user_name) || ' ', id FROM person
    UNION ALL
    SELECT substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1), person_id
    FROM part WHERE rest <> ''
)
SELECT word, person_id FROM part WHERE word <> '';

-- What a person may do, one row per function; a session is in exactly one of them.
CREATE TABLE person_function (
    id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    unit_id BLOB REFERENCES unit (id),
    -- That of the unit, and the person's name, so that an organisation's list comes out of an index.
    organisation_id BLOB REFERENCES organisation (id),
    person_name TEXT NOT NULL,
    given_by BLOB REFERENCES person (id),
    given_at INTEGER NOT NULL,
    -- When the person last chose to work in it.
    chosen_at INTEGER,
    ended_at INTEGER,
    CHECK ((unit_id IS NULL) = (organisation_id IS NULL))
) STRICT, WITHOUT ROWID;
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

ALTER TABLE session ADD COLUMN function_id BLOB REFERENCES person_function (id);
CREATE INDEX session_by_function ON session (function_id);

-- A one-time link: to make an account, or to choose a new password. Only the digest of its token is kept.
CREATE TABLE invitation (
    id BLOB PRIMARY KEY,
    token_digest BLOB NOT NULL UNIQUE,
    -- Whose password; none for an account that is still to be made.
    person_id BLOB REFERENCES person (id),
    name TEXT NOT NULL,
    email TEXT,
    role TEXT,
    unit_id BLOB REFERENCES unit (id),
    organisation_id BLOB REFERENCES organisation (id),
    invited_by BLOB REFERENCES person (id),
    invited_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    used_at INTEGER,
    withdrawn_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_open ON invitation (organisation_id, invited_at) WHERE used_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitation_waiting ON invitation (invited_at) WHERE used_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitation_by_person ON invitation (person_id) WHERE person_id IS NOT NULL;

-- A role that a system manager proposes and a second one confirms.
CREATE TABLE role_proposal (
    id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    proposed_by BLOB NOT NULL REFERENCES person (id),
    proposed_at INTEGER NOT NULL,
    decision TEXT CHECK (decision IN ('confirmed', 'refused')),
    decided_by BLOB REFERENCES person (id),
    decided_at INTEGER,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decision IS NULL OR decision = 'refused' OR decided_by <> proposed_by)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX role_proposal_one_waiting ON role_proposal (person_id, role) WHERE decision IS NULL;
CREATE INDEX role_proposal_queue ON role_proposal (proposed_at) WHERE decision IS NULL;
