-- Money that arrived: one row a succeeded charge, whoever sent the reader. What it leads to is filled in as Stripe tells,
-- in any order; a link that is set stays.
create table payment (
    charge              text        primary key,                             -- Stripe's ch_…
    payment_intent      text,                                                -- pi_…
    invoice             text,                                                -- in_…; null for one-off gifts
    subscription        text,                                                -- sub_…
    customer            text,                                                -- cus_…
    donation            uuid,                                                -- as Stripe carried it; null: unassigned
    amount_minor_units  bigint      not null check (amount_minor_units > 0), -- pence, cents
    amount_currency     char(3)     not null check (amount_currency ~ '^[a-z]{3}$'),
    balance_transaction text,                                                -- txn_…; null until Stripe settles
    happened_at         timestamptz not null,                                -- Stripe's time of the charge
    booked_at           timestamptz not null,                                -- ours
    settled_at          timestamptz                                          -- Stripe's; null: fee not known yet
);

create index payment_payment_intent on payment (payment_intent);
create index payment_customer on payment (customer);
create index payment_donation on payment (donation);
create index payment_happened_at on payment (happened_at);
create index payment_unassigned on payment (happened_at) where donation is null;
create index payment_unsettled on payment (happened_at) where settled_at is null;

-- The books. Append-only: what was wrong is put right by another entry.
create table ledger_entry (
    kind        text        not null check (kind in ('payment', 'settlement', 'fee')),
    source      text        not null,       -- Stripe's id of what moved the money: ch_… or txn_…
    charge      text        not null,       -- the payment it belongs to
    minor_units bigint      not null,       -- what came is positive, what went negative
    currency    char(3)     not null check (currency ~ '^[a-z]{3}$'),
    happened_at timestamptz not null,       -- Stripe's
    booked_at   timestamptz not null,       -- ours
    primary key (kind, source),
    check (kind <> 'payment' or minor_units > 0),
    check (kind <> 'fee' or minor_units <= 0)
);

comment on column ledger_entry.kind is
    'payment: in the currency the reader gave; settlement: the same money in the currency of our Stripe balance; fee: of that balance';

create index ledger_entry_charge on ledger_entry (charge);
create index ledger_entry_happened_at on ledger_entry (happened_at);
create index ledger_entry_booked_at on ledger_entry (booked_at);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;

create trigger append_only before update or delete or truncate on ledger_entry
    for each statement execute function refuse_change();

-- How a subscription's charges are found: charge → PaymentIntent → invoice → subscription and donation.
create table invoice (
    id           text        primary key,   -- in_…
    subscription text,
    customer     text,
    donation     uuid,                      -- as the subscription's metadata carried it
    paid_at      timestamptz not null,
    booked_at    timestamptz not null
);

create table invoice_payment (
    id             text        primary key, -- inpay_…
    invoice        text        not null,
    payment_intent text,
    booked_at      timestamptz not null
);

create index invoice_payment_invoice on invoice_payment (invoice);
create index invoice_payment_payment_intent on invoice_payment (payment_intent);
