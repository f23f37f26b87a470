-- What became of a payment page that we opened.
create table checkout_session (
    id           text        primary key,         -- cs_…
    donation     uuid        not null,            -- as Stripe carried it
    outcome      text        not null check (outcome in ('expired', 'unpaid', 'failed', 'paid')), -- unpaid: a bank takes its days
    customer     text,
    subscription text,
    told_at      timestamptz not null,            -- Stripe's second of the news
    stripe_order bigint      not null,
    booked_at    timestamptz not null
);

create index checkout_session_donation on checkout_session (donation);
create index checkout_session_unpaid on checkout_session (told_at) where outcome = 'unpaid';

alter table donation add column closed_at timestamptz; -- Stripe's time: its payment page is over
create index donation_open on donation (asked_at) where checkout_session is not null and closed_at is null;
