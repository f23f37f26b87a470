-- Letters that were promised, one row each. Address and text are made up at sending and never stored.
create table letter (
    id          uuid        primary key,            -- its Message-ID is made of it
    kind        text        not null,               -- receipt, …
    about       text        not null,               -- what it is about, by our or Stripe's id: at most one of a kind
    supporter   uuid        not null references supporter,
    status      text        not null check (status in ('waiting', 'sending', 'sent', 'late', 'unwanted', 'refused', 'in_doubt')),
    attempts    int         not null default 0,
    doubts      int         not null default 0 check (doubts <= 2), -- hand-overs without an answer
    next_try_at timestamptz not null,               -- the machine's time; while sending: when the sender counts as dead
    promised_at timestamptz not null,
    send_before timestamptz not null,               -- later than that it is kept as 'late'
    sent_at     timestamptz,                        -- when the mail server took it
    last_error  text,                               -- class and code, never a message
    unique (kind, about),
    check ((status = 'sent') = (sent_at is not null))
);

create index letter_due on letter (next_try_at) where status in ('waiting', 'sending');
create index letter_supporter on letter (supporter);
create index letter_trouble on letter (promised_at) where status in ('late', 'refused', 'in_doubt');
