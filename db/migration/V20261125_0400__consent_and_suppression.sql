-- The words that people agree to beside a form, kept for as long as anybody agreed to them.
create table consent_text (
    version       text        primary key,        -- the beginning of its SHA-256
    locale        text        not null,           -- BCP 47
    words         text        not null,
    first_used_at timestamptz not null
);

-- Somebody typed an address, and nobody has shown yet that it is theirs: one letter goes there, and after 14 days the
-- row is gone.
create table opt_in (
    id           uuid        primary key,
    list         text        not null check (list in ('reminders', 'newsletter')),
    email        bytea       not null,           -- sealed
    email_hash   bytea       not null,           -- keyed hash of the normalised address, as in supporter
    locale       text        not null,           -- BCP 47
    source       text        not null check (source ~ '^[a-z0-9._-]{1,64}$'), -- the form that was filled in
    text_version text        not null references consent_text,
    asked_at     timestamptz not null,           -- the first time: asking again makes it no younger
    unique (list, email_hash)
);

create index opt_in_asked_at on opt_in (asked_at);

-- What a person agreed to, and until when. One row holds for each list that they are on.
create table consent (
    id           uuid        primary key,
    supporter    uuid        not null references supporter,
    list         text        not null check (list in ('reminders', 'newsletter')),
    text_version text        not null references consent_text,
    source       text        not null,
    locale       text        not null,
    asked_at     timestamptz not null,           -- when the form was sent
    confirmed_at timestamptz not null,           -- when the link in our letter was followed
    withdrawn_at timestamptz,
    withdrawn_by text        check (withdrawn_by in ('reader', 'complaint', 'expired')),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);

create unique index consent_holds on consent (supporter, list) where withdrawn_at is null;
create index consent_supporter on consent (supporter);
create index consent_list on consent (list, supporter) where withdrawn_at is null;

create function refuse_change_but_withdrawal() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.withdrawn_at is not null
        or to_jsonb(new) - 'withdrawn_at' - 'withdrawn_by' <> to_jsonb(old) - 'withdrawn_at' - 'withdrawn_by' then
        raise exception '% is append-only', tg_table_name;
    end if;
    return new;
end $$;

create trigger append_only before update or delete on consent
    for each row execute function refuse_change_but_withdrawal();

-- Addresses that get no more mail, or none of a list. The hash alone stays when the person is erased, so that an
-- import of the same address brings nothing back.
create table suppression (
    email_hash bytea       not null,             -- as in supporter
    stops      text        not null check (stops in ('reminders', 'newsletter', 'everything')),
    reason     text        not null check (reason in ('unsubscribed', 'complaint', 'hard_bounce', 'soft_bounces')),
    since      timestamptz not null,
    primary key (email_hash, stops)
);

-- A person who is forgotten: the row stays, since payments and letters name it, and tells nothing of them any more.
alter table supporter alter column email drop not null;
alter table supporter alter column email_hash drop not null;
alter table supporter add column erased_at timestamptz;
alter table supporter add constraint supporter_erased
    check ((erased_at is null) = (email is not null) and (erased_at is null) = (email_hash is not null));

create index supporter_first_seen_at on supporter (first_seen_at) where erased_at is null;

alter table letter add column reason text check (reason ~ '^[a-z_]{1,40}$'); -- why an unwanted one did not go
