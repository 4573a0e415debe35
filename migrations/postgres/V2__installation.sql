-- What holds for the installation as a whole: one row.
CREATE TABLE installation (
    id bigint PRIMARY KEY CHECK (id = 1),
    -- Proves that a server has the same secret as the ones before it; the secret cannot be had from it.
    secret_check bytea,
    -- The oldest version of the schema whose program may still serve. A migration that takes something
    -- away raises it; one that only adds does not.
    least_program bigint NOT NULL
);
INSERT INTO installation (id, secret_check, least_program) VALUES (1, NULL, 2);
