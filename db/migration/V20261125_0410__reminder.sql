-- "Remind me later": one row a letter that was asked for. A repeating reminder makes its next row when the letter of
-- the one before has ended.
create table reminder (
    id                 uuid        primary key,
    opt_in             uuid        unique references opt_in on delete cascade, -- until it is confirmed
    supporter          uuid        references supporter,
    status             text        not null check (status in ('asked', 'waiting', 'due', 'done', 'stopped')), -- due: a letter is promised
    reason             text        check (reason in ('reader', 'replaced', 'unsubscribed', 'erased', 'date_passed', 'same_month')),
    due_on             date        not null,     -- a day in `zone`; the moment is calculated by the zone's rules when it nears
    month              date        not null generated always as (due_on - (extract(day from due_on)::int - 1)) stored,
    zone               text        not null,     -- IANA
    every_months       smallint    check (every_months in (1, 3, 12)), -- null: once
    counted_from       date,                     -- of a repeating one, so that the 31st is not lost in February
    number             smallint    not null default 1 check (number between 1 and 12),
    frequency          text        check (frequency in ('once', 'monthly', 'annual')), -- what was picked on the page
    amount_minor_units bigint      check (amount_minor_units > 0),
    amount_currency    char(3)     check (amount_currency ~ '^[a-z]{3}$'),
    campaign           text        check (campaign ~ '^[a-z0-9._-]{1,64}$'),
    component          text        check (component ~ '^[a-z0-9._-]{1,64}$'),
    article            text        check (article like '/%' and length(article) <= 500),
    source             text        not null,     -- the form that was filled in: support, thanks, …
    locale             text        not null,     -- BCP 47
    asked_at           timestamptz not null,     -- who gives after that is not reminded
    confirmed_at       timestamptz,
    ended_at           timestamptz,
    check ((status = 'asked') = (opt_in is not null)),
    check ((status = 'asked') = (supporter is null)),
    check ((status = 'asked') = (confirmed_at is null)),
    check ((status in ('done', 'stopped')) = (ended_at is not null)),
    check ((status = 'stopped') = (reason is not null)),
    check ((every_months is null) = (counted_from is null)),
    check ((frequency is null) = (amount_minor_units is null) and (frequency is null) = (amount_currency is null))
);

-- One letter a person and month, whatever was asked for; one repeating reminder a person.
create unique index reminder_one_a_month on reminder (supporter, month) where status in ('waiting', 'due', 'done');
create unique index reminder_one_that_repeats on reminder (supporter)
    where status in ('waiting', 'due') and every_months is not null;
create index reminder_waiting on reminder (zone, due_on) where status = 'waiting';
create index reminder_asked_at on reminder (asked_at);

-- The reminder whose letter led to the gift.
alter table donation add column reminder uuid;
create index donation_reminder on donation (reminder) where reminder is not null;
create index checkout_session_unpaid_customer on checkout_session (customer) where outcome = 'unpaid';
