-- What a reader asked for on the support page, written before Stripe hears of it. Whether money came is in `payment`.
create table donation (
    id                 uuid        primary key,   -- Stripe carries it with session, charge and subscription
    frequency          text        not null check (frequency in ('once', 'monthly', 'annual')),
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    amount_currency    char(3)     not null check (amount_currency ~ '^[a-z]{3}$'),
    locale             text        not null,      -- BCP 47
    campaign           text        check (campaign ~ '^[a-z0-9._-]{1,64}$'),
    component          text        check (component ~ '^[a-z0-9._-]{1,64}$'),
    article            text        check (article like '/%' and length(article) <= 500),
    nonce              uuid,                      -- made in the page: a double click is one donation
    attempt            int         not null default 1, -- part of the idempotency key: up by one after each failure
    checkout_session   text        unique,        -- Stripe's cs_…; null: no payment page was opened
    asked_at           timestamptz not null,
    unique (nonce, amount_minor_units, amount_currency, frequency)
);

create index donation_asked_at on donation (asked_at);
