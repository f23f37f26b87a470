-- What Stripe said of a subscription, one row for each time it spoke. Never changed: standing and history are
-- calculated from these rows in Stripe's order, whatever order they came in.
create table subscription_snapshot (
    source             text        primary key,   -- evt_…, or sub_…@second for an answer of the API
    subscription       text        not null,
    stripe_order       bigint      not null,      -- see StripeOrder
    told_at            timestamptz not null,      -- Stripe's second
    via                text        not null check (via in ('event', 'answer', 'import')),
    customer           text        not null,
    donation           uuid,
    status             text        not null,      -- Stripe's word
    collection_paused  boolean     not null,      -- active, but its invoices are not collected
    price_minor_units  bigint      not null,      -- a period
    yearly_minor_units bigint      not null,      -- the same for a year
    price_currency     char(3)     not null check (price_currency ~ '^[a-z]{3}$'),
    period             text        not null,      -- Stripe's interval: month, year
    started_at         timestamptz not null,
    period_end         timestamptz,               -- paid until; null before the first invoice
    cancel_at          timestamptz,               -- a planned end
    canceled_at        timestamptz,               -- when the end was asked for
    ended_at           timestamptz,
    end_reason         text,                      -- Stripe's word: cancellation_requested, payment_failed, payment_disputed
    booked_at          timestamptz not null
);

create index subscription_snapshot_subscription on subscription_snapshot (subscription, stripe_order);

-- The membership that a subscription is, as its snapshots say.
alter table subscription add column standing text check (standing in
    ('starting', 'active', 'late', 'paused', 'ending', 'ended', 'lapsed', 'never_started'));
alter table subscription add column yearly_minor_units bigint;
alter table subscription add column started_at timestamptz;
alter table subscription add column collection_paused boolean not null default false;
alter table subscription add column end_reason text;
alter table subscription add column imported boolean not null default false;

create index subscription_renewal on subscription (period_end) where period = 'year' and standing = 'active';

-- Every change of standing or of the amount. When late news changes what is known of the past, the rows that no longer
-- hold are marked and stay: "as of T" is booked_at <= T and (superseded_at is null or superseded_at > T).
create table membership_change (
    id                 bigint      generated always as identity primary key,
    subscription       text        not null,
    happened_at        timestamptz not null,      -- Stripe's time
    standing_before    text,                      -- null: the first
    standing           text        not null,
    why                text        not null,
    yearly_minor_units bigint      not null,
    currency           char(3)     not null check (currency ~ '^[a-z]{3}$'),
    booked_at          timestamptz not null,      -- ours
    superseded_at      timestamptz                -- ours; null: holds
);

create unique index membership_change_holds on membership_change (subscription, happened_at) where superseded_at is null;
create index membership_change_happened_at on membership_change (happened_at);
create index membership_change_booked_at on membership_change (booked_at);

create function refuse_change_but_superseding() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.superseded_at is not null
        or to_jsonb(new) - 'superseded_at' <> to_jsonb(old) - 'superseded_at' then
        raise exception '% is append-only', tg_table_name;
    end if;
    return new;
end $$;

create trigger append_only before update or delete on membership_change
    for each row execute function refuse_change_but_superseding();
