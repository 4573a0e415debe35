-- What holds for the installation as a whole: one row.
CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Proves that a server has the same secret as the ones before it; the secret cannot be had from it.
    secret_check BLOB,
    -- The oldest version of the schema whose program may still serve. A migration that takes something
    -- away raises it; one that only adds does not.
    least_program INTEGER NOT NULL
) STRICT;
INSERT INTO installation (id, secret_check, least_program) VALUES (1, NULL, 2);
