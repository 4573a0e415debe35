-- What authentic sources tell of a client. Each row is one thing that a source told; what the source tells
-- later of the same thing takes its place.
CREATE TABLE work_period (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    from_day TEXT NOT NULL,
    code TEXT NOT NULL,
    source TEXT NOT NULL,
    until_day TEXT,
    PRIMARY KEY (dossier_id, from_day, code, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE benefit_status (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    as_of TEXT NOT NULL,
    entitled TEXT NOT NULL CHECK (entitled IN ('yes', 'no', 'unknown')),
    exemption TEXT,
    exempt_until TEXT,
    PRIMARY KEY (dossier_id, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE integration_status (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    as_of TEXT NOT NULL,
    contract INTEGER NOT NULL,
    attest INTEGER NOT NULL,
    status TEXT,
    PRIMARY KEY (dossier_id, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE nt2_course (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    level TEXT NOT NULL,
    from_day TEXT NOT NULL,
    provider TEXT NOT NULL,
    until_day TEXT,
    result TEXT,
    PRIMARY KEY (dossier_id, level, from_day, provider)
) STRICT, WITHOUT ROWID;

CREATE TABLE career_voucher (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    number TEXT NOT NULL,
    ordered_on TEXT NOT NULL,
    hours INTEGER NOT NULL CHECK (hours BETWEEN 1 AND 8),
    status TEXT NOT NULL,
    centre TEXT,
    PRIMARY KEY (dossier_id, number)
) STRICT, WITHOUT ROWID;
