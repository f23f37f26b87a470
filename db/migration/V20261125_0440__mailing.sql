-- Mails to many: one row for each thing that is told to them.
create table mailing (
    id           int         generated always as identity primary key,
    kind         text        not null,               -- issue, …
    about        text        not null,               -- which issue, by our id: at most one of a kind
    list         text        not null check (list in ('reminders', 'newsletter')),
    status       text        not null check (status in ('planned', 'sending', 'paused', 'done', 'cancelled', 'missed')),
    pause_reason text        check (pause_reason in ('staff', 'failures')),
    guarded      boolean     not null default true,  -- pauses by itself when too many fail; not again once resumed
    send_after   timestamptz not null,
    send_before  timestamptz not null,               -- who was not written to by then is kept as missed
    planned_at   timestamptz not null,
    started_at   timestamptz,                        -- when the audience was frozen
    ended_at     timestamptz,                        -- when the last row had its final state
    recipients   int,                                -- of the frozen audience
    unique (kind, about),
    check (send_after < send_before),
    check ((status = 'paused') = (pause_reason is not null)),
    check ((started_at is null) = (recipients is null))
);

create index mailing_open on mailing (send_after) where ended_at is null;

-- What it says, frozen with the audience. What differs from reader to reader is left open.
create table mailing_text (
    mailing int  not null references mailing,
    variant text not null,                           -- a language, a part of the audience
    locale  text not null,                           -- BCP 47, of the pages behind its links
    subject text not null,
    text    text not null,
    html    text not null,
    primary key (mailing, variant)
);

-- Who gets it: no row for a person is ever added or lost, so that the states add up. Whether a mail may be repeated
-- is read off here and nowhere else. Without references: a million checks would hold up each start.
create table delivery (
    id        uuid        not null default uuidv7(), -- its Message-ID and envelope are made of it
    mailing   int         not null,
    position  int         not null,                  -- from 0
    recipient uuid,                                  -- a supporter; null: erased since
    variant   text        not null,
    status    text        not null check (status in ('waiting', 'deferred', 'sent', 'refused', 'in_doubt', 'suppressed', 'expired', 'missed', 'cancelled')),
    code      text,                                  -- step and reply code, never a message
    at        timestamptz,                           -- of the last try
    primary key (mailing, position),
    unique (recipient, mailing)
) with (fillfactor = 50);                            -- each row is rewritten once, on its own page: no index mentions what changes

create unique index delivery_id on delivery (id);

-- Five hundred deliveries each, worked off in the order of positions by whoever holds the lease. What has been
-- intended and not noted when a lease ends is in doubt. What is put off waits for another round of its batch.
create table mailing_batch (
    mailing        int         not null references mailing,
    number         int         not null,
    first_position int         not null,
    last_position  int         not null,
    status         text        not null check (status in ('ready', 'leased', 'done')),
    round          int         not null default 0,
    due_at         timestamptz not null,             -- the machine's time
    lease_token    uuid,
    lease_until    timestamptz,                      -- the machine's time
    leased_at      timestamptz,
    done_upto      int         not null,             -- position
    intent_upto    int         not null,             -- position: up to here mails may be out
    lease_sent     int         not null default 0,
    sent           int         not null default 0,
    refused        int         not null default 0,
    in_doubt       int         not null default 0,
    suppressed     int         not null default 0,
    deferred       int         not null default 0,
    expired        int         not null default 0,
    missed         int         not null default 0,
    cancelled      int         not null default 0,
    primary key (mailing, number),
    check ((status = 'leased') = (lease_token is not null)),
    check (done_upto <= intent_upto)
) with (fillfactor = 50);

create index mailing_batch_open on mailing_batch (mailing, number) where status <> 'done';

-- When the relay may be given the next mail, if mails a second are limited: all nodes draw from here.
create table relay_rate (
    one     boolean     primary key default true check (one),
    free_at timestamptz not null                     -- the machine's time
);

insert into relay_rate (free_at) values ('epoch');
