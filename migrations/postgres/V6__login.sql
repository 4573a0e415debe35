-- Logging in with more than a password: second factors, known browsers, sessions that a person sees.

-- A session can be named in a list, says how it began and where, and when its person last proved to be there.
ALTER TABLE session ADD COLUMN id uuid;
ALTER TABLE session ADD COLUMN method text NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN device text NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN confirmed_at timestamptz;
CREATE INDEX session_by_person ON session (person_id, started_at);

-- A browser in which somebody logged in before: wrong passwords of others elsewhere do not keep it waiting.
CREATE TABLE known_device (
    token_digest bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    ends_at timestamptz NOT NULL
);
CREATE INDEX known_device_by_person ON known_device (person_id);
CREATE INDEX known_device_by_end ON known_device (ends_at);

-- How often a password was compared for a key on a day: counted before it is, so that asking a thousand
-- times at once compares no more.
CREATE TABLE login_count (
    key_digest bytea NOT NULL,
    day date NOT NULL,
    verifications bigint NOT NULL,
    PRIMARY KEY (key_digest, day)
);
CREATE INDEX login_count_by_day ON login_count (day);

-- What was begun and is finished within minutes, once: half a log-in, the challenge of a passkey.
CREATE TABLE login_step (
    token_digest bytea PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('half', 'log_in', 'register', 'confirm')),
    person_id uuid REFERENCES person (id),
    state text NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX login_step_by_person ON login_step (person_id);
CREATE INDEX login_step_by_end ON login_step (ends_at);

-- The secret of an authenticator app, sealed; one per person. It counts once a first code was given.
CREATE TABLE totp (
    person_id uuid PRIMARY KEY REFERENCES person (id),
    secret_sealed bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL
);

-- Codes on paper for who lost the device; digests only, each works once.
CREATE TABLE recovery_code (
    person_id uuid NOT NULL REFERENCES person (id),
    code_digest bytea NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (person_id, code_digest)
);

-- Passkeys: what the server keeps of one is public.
CREATE TABLE passkey (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    credential_id bytea NOT NULL UNIQUE,
    name text NOT NULL,
    credential text NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkey_by_person ON passkey (person_id, made_at);
