-- Money that went back, and what became of invoices.
alter table payment add column is_foreign boolean not null default false; -- of another application on the account
alter table payment add column looked_up_at timestamptz;                  -- the machine's time: asked Stripe whose it is

create index payment_without_place on payment (happened_at)
    where donation is null and subscription is null and not is_foreign;
create index payment_to_look_up on payment (booked_at)
    where donation is null and invoice is null and payment_intent is not null and looked_up_at is null;

alter table ledger_entry drop constraint ledger_entry_kind_check;
alter table ledger_entry add constraint ledger_entry_kind_check check (kind in
    ('payment', 'refund', 'refund_failure', 'dispute', 'dispute_reversal', 'payment_failure', 'settlement', 'fee'));
alter table ledger_entry drop constraint ledger_entry_check1;
alter table ledger_entry add constraint ledger_entry_sign check (case
    when kind in ('refund', 'dispute', 'payment_failure') then minor_units < 0
    when kind in ('refund_failure', 'dispute_reversal') then minor_units > 0
    else true end);

comment on column ledger_entry.kind is
    'payment, refund, refund_failure, dispute, dispute_reversal, payment_failure: in the currency the reader gave; settlement: the same money in the currency of our Stripe balance; fee: of that balance, negative, positive when given back';

-- One row a refund, as it stood by Stripe's newest news. The money itself is in ledger_entry.
create table refund (
    id                          text        primary key,   -- re_…, pyr_…
    charge                      text        not null,
    amount_minor_units          bigint      not null check (amount_minor_units > 0),
    amount_currency             char(3)     not null check (amount_currency ~ '^[a-z]{3}$'),
    status                      text        not null,      -- Stripe's word
    balance_transaction         text,                      -- took the money; null until Stripe settles
    failure_balance_transaction text,                      -- brought it back
    happened_at                 timestamptz not null,      -- when it was made, Stripe's time
    told_at                     timestamptz not null,      -- Stripe's second of the news
    settled_at                  timestamptz,               -- Stripe's; null: not booked in the balance's currency yet
    failure_settled_at          timestamptz,
    stripe_order                bigint      not null,      -- see StripeOrder
    booked_at                   timestamptz not null
);

create index refund_charge on refund (charge);
create index refund_unsettled on refund (happened_at)
    where balance_transaction is not null and settled_at is null
        or failure_balance_transaction is not null and failure_settled_at is null;

create table dispute (
    id                 text        primary key,            -- du_…
    charge             text        not null,
    amount_minor_units bigint      not null,
    amount_currency    char(3)     not null check (amount_currency ~ '^[a-z]{3}$'),
    reason             text,                               -- Stripe's word
    status             text        not null,               -- Stripe's word; warning_…: an inquiry, which moves no money
    happened_at        timestamptz not null,
    stripe_order       bigint      not null,
    booked_at          timestamptz not null
);

create index dispute_charge on dispute (charge);

-- Not only paid invoices now: a payment that failed is told by its invoice.
alter table invoice alter column paid_at drop not null;
alter table invoice add column status text;                -- Stripe's word; null: kept by an earlier release, paid
alter table invoice add column is_foreign boolean not null default false;
alter table invoice add column due_minor_units bigint;
alter table invoice add column due_currency char(3);
alter table invoice add column attempts int not null default 0;
alter table invoice add column next_attempt_at timestamptz; -- null: Stripe tries no more
alter table invoice add column action_required_at timestamptz; -- the reader's bank wants to ask them
alter table invoice add column period_from timestamptz;    -- what it pays for
alter table invoice add column period_until timestamptz;
alter table invoice add column stripe_order bigint not null default 0;

create index invoice_subscription on invoice (subscription);
