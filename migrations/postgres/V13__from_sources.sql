-- What authentic sources tell of a client. Each row is one thing that a source told; what the source tells
-- later of the same thing takes its place.
CREATE TABLE work_period (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    from_day date NOT NULL,
    code text NOT NULL,
    source text NOT NULL,
    until_day date,
    PRIMARY KEY (dossier_id, from_day, code, source)
);

CREATE TABLE benefit_status (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    as_of date NOT NULL,
    entitled text NOT NULL CHECK (entitled IN ('yes', 'no', 'unknown')),
    exemption text,
    exempt_until date,
    PRIMARY KEY (dossier_id, as_of)
);

CREATE TABLE integration_status (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    as_of date NOT NULL,
    contract boolean NOT NULL,
    attest boolean NOT NULL,
    status text,
    PRIMARY KEY (dossier_id, as_of)
);

CREATE TABLE nt2_course (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    level text NOT NULL,
    from_day date NOT NULL,
    provider text NOT NULL,
    until_day date,
    result text,
    PRIMARY KEY (dossier_id, level, from_day, provider)
);

CREATE TABLE career_voucher (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    number text NOT NULL,
    ordered_on date NOT NULL,
    hours bigint NOT NULL CHECK (hours BETWEEN 1 AND 8),
    status text NOT NULL,
    centre text,
    PRIMARY KEY (dossier_id, number)
);
