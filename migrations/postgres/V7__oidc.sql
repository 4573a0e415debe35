-- Logging in at a provider outside (OpenID Connect).

-- A log-in that was begun: for ten minutes, once, in the browser that began it. What has to stay secret,
-- where the person was going and the form that is kept meanwhile are sealed.
CREATE TABLE oidc_flow (
    state_digest bytea PRIMARY KEY,
    browser_digest bytea NOT NULL,
    -- Who links the provider to the own account; none for a log-in.
    person_id uuid REFERENCES person (id),
    sealed bytea NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX oidc_flow_by_end ON oidc_flow (ends_at);

-- Who somebody at a provider is here.
CREATE TABLE oidc_identity (
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    person_id uuid NOT NULL REFERENCES person (id),
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX oidc_identity_by_person ON oidc_identity (person_id, issuer);

-- What the provider has to hear, or says, about the end of a session that began there.
CREATE TABLE oidc_session (
    token_digest bytea PRIMARY KEY,
    issuer text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    sid text COLLATE "C",
    id_token_sealed bytea NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX oidc_session_by_subject ON oidc_session (issuer, subject);
CREATE INDEX oidc_session_by_sid ON oidc_session (issuer, sid) WHERE sid IS NOT NULL;
CREATE INDEX oidc_session_by_end ON oidc_session (ends_at);

-- Logout tokens that were carried out: each counts once.
CREATE TABLE oidc_logout (
    token_digest bytea PRIMARY KEY,
    at timestamptz NOT NULL
);
CREATE INDEX oidc_logout_by_time ON oidc_logout (at);

-- A young person who logs in at a provider is found by the own dossier.
CREATE INDEX person_by_own_dossier ON person (own_dossier_id) WHERE own_dossier_id IS NOT NULL;
