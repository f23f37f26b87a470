-- Which version of our reading judged an event: what an older one ignored or misread is read again after an upgrade.
alter table stripe_event add column read_by smallint not null default 0;
alter table stripe_event add column ignored_because bytea; -- sealed: staff's reason to set a dead event aside

alter table stripe_event drop constraint stripe_event_status_check;
alter table stripe_event add constraint stripe_event_status_check check (status in
    ('new', 'applied', 'ignored', 'foreign', 'other_mode', 'quarantined', 'dead'));
alter table stripe_event drop constraint stripe_event_via_check;
alter table stripe_event add constraint stripe_event_via_check check (via in ('webhook', 'poll'));

create index stripe_event_read_by on stripe_event (read_by);
create index stripe_event_received_at on stripe_event (received_at);

-- Letters are about what happened since then; what was before, an import or a first poll, mails nobody.
alter table stripe_account add column began_at timestamptz not null default '-infinity'; -- Stripe's time
alter table stripe_account add column polled_at timestamptz; -- the machine's time: when all of Stripe's list was seen
