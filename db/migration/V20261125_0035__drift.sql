-- Where our books and Stripe differed when they were compared.
create table drift (
    id          bigint      generated always as identity primary key,
    object      text        not null check (object in ('subscription', 'balance_transaction', 'checkout_session')),
    object_id   text        not null,             -- Stripe's
    what        text        not null,             -- which figure or word: status, amount, fee, missing …
    ours        text,                             -- never a person's data
    stripes     text,
    found_at    timestamptz not null,             -- business time: since when we know
    seen_at     timestamptz not null,             -- when a comparison last saw it
    mended_at   timestamptz,
    mended_by   text,                             -- what made both equal again
    check ((mended_at is null) = (mended_by is null))
);

create unique index drift_open on drift (object, object_id, what) where mended_at is null;

-- How far our books have been compared with Stripe's, a row a currency and comparison.
create table reconciliation (
    id                 bigint      generated always as identity primary key,
    reconciled_from    timestamptz not null,
    reconciled_until   timestamptz not null,
    currency           char(3)     not null,
    stripe_minor_units bigint      not null,      -- net of Stripe's balance transactions of gifts in that time
    ledger_minor_units bigint      not null,      -- net of our entries for the same
    booked_at          timestamptz not null
);

-- How far the first import has come, a row a list of Stripe's.
create table stripe_import (
    list       text        primary key,           -- customers, subscriptions, invoices, invoice_payments, balance_transactions
    position   int         not null unique,       -- the order of the lists
    after      text,                              -- go on behind this object
    objects    int         not null default 0,    -- how many were read
    started_at timestamptz,
    ended_at   timestamptz
);
