-- What Stripe told us, each event once: stored before it is answered, applied by a worker, kept.
create table stripe_event (
    id             uuid        primary key,           -- ours; the sealed body is bound to it
    event_id       text        not null unique,       -- Stripe's evt_…
    type           text        not null,
    object_id      text,                              -- what it is about: ch_…, sub_…, cs_…
    customer       text,                              -- for tracing and erasure, where the object names them
    charge         text,
    donation       uuid,
    livemode       boolean     not null,
    api_version    text,
    created_at     timestamptz not null,              -- Stripe's second
    received_at    timestamptz not null,              -- the machine's time
    via            text        not null check (via in ('webhook', 'poll')),
    delivery_count int         not null default 1,
    body           bytea,                             -- sealed; null once dropped
    status         text        not null check (status in ('new', 'applied', 'ignored', 'other_mode', 'quarantined', 'dead')),
    attempts       int         not null default 0,
    next_try_at    timestamptz not null,              -- the machine's time
    last_error     text,                              -- class and code, never a message
    applied_at     timestamptz,
    check ((status = 'applied') = (applied_at is not null))
);

create index stripe_event_due on stripe_event (next_try_at) where status = 'new';
create index stripe_event_object on stripe_event (object_id, created_at);
create index stripe_event_trouble on stripe_event (received_at) where status in ('quarantined', 'dead');

-- The Stripe account as this database has known it from the first start: test money and live money never share books.
create table stripe_account (
    livemode     boolean     not null,
    polled_until timestamptz not null,                -- Stripe's time: every event before it is kept
    the_one      boolean     not null default true primary key check (the_one)
);
