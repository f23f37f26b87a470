-- What keeps machines from using our open forms to write to strangers. No address, of mail or network, is in here.

-- A day's random salt. It goes soon after the day is over, and all hashes that were made with it go with it.
create table guard_salt (
    day  date  primary key,   -- of the machine's time, in UTC
    salt bytea not null check (length(salt) = 32)
);

-- How much of its allowance a network or an e-mail address has used up, whichever node and form it came to. One column
-- is enough for that (the "generic cell rate algorithm"): each post moves full_at on by a step, and may move it so far
-- ahead of now and no farther. By itself it stands still, so that the allowance comes back steadily.
create table guard_count (
    day     date        not null references guard_salt on delete cascade,
    hash    bytea       not null check (length(hash) = 32), -- keyed; of the salt, of what is counted, and of whom
    full_at timestamptz not null,                           -- when all of the allowance is there again; machine's time
    primary key (day, hash)
);

-- Proofs of work that were used: each opens a form once. By expiry first, so that old ones are found by the same index.
create table solved_challenge (
    expires_at timestamptz not null,                           -- of the challenge: after that it is worth nothing
    hash       bytea       not null check (length(hash) = 32), -- that the reader's browser had to hit
    primary key (expires_at, hash)
);
