-- Stripe's subscriptions, as they stood by its newest news.
create table subscription (
    id                text        primary key,      -- sub_…
    donation          uuid,                         -- as Stripe carried it; null: not asked for on our page
    customer          text        not null,
    status            text        not null,         -- Stripe's word
    price_minor_units bigint      not null,         -- a period
    price_currency    char(3)     not null,
    period            text        not null,         -- Stripe's interval: month, year
    period_end        timestamptz,
    cancel_at         timestamptz,                  -- a planned end
    ended_at          timestamptz,
    told_at           timestamptz not null,         -- Stripe's second of the news
    booked_at         timestamptz not null
);

create index subscription_donation on subscription (donation);
create index subscription_customer on subscription (customer);
