-- A person who gives. Who it is can only be read with the keys.
create table supporter (
    id            uuid        primary key,
    email         bytea       not null,              -- sealed
    email_hash    bytea       not null unique,       -- keyed hash of the normalised address
    locale        text        not null,              -- BCP 47: the language they gave in
    first_seen_at timestamptz not null
);

-- Stripe makes a new customer for each one-off gift, so one person has many.
create table supporter_customer (
    customer  text primary key,                      -- Stripe's cus_…
    supporter uuid not null references supporter
);

create index supporter_customer_supporter on supporter_customer (supporter);
