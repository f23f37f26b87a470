-- What came back: one row for a mail and the way it failed, however often and by whichever way we are told. Never an
-- address, nor the words of a mail server, which like to quote one.
create table bounce (
    mail        uuid        not null,   -- a letter's id, or that of a mailing's delivery
    kind        text        not null check (kind in ('hard', 'soft', 'policy', 'complaint')),
    code        text        check (code ~ '^[245](\.[0-9]{1,3}\.[0-9]{1,3}|[0-9]{2})$'), -- 5.1.1, or 550 where there was no more
    source      text        not null check (source in ('smtp', 'mailbox', 'provider')),
    email_hash  bytea       not null,   -- as in supporter
    happened_at timestamptz not null,   -- as told
    booked_at   timestamptz not null,
    primary key (mail, kind)
);

create index bounce_soft on bounce (email_hash, happened_at) where kind = 'soft';
create index bounce_booked_at on bounce (booked_at);

-- All mail to people we know, whatever queue it is in: what a bounce is looked up in.
create view mail as
    select id, supporter, sent_at from letter where supporter is not null
    union all
    select id, recipient, case when status = 'sent' then at end from delivery where recipient is not null;
