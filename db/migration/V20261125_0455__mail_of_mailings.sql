-- What comes back is looked up among letters and mailings alike.
create or replace view mail as
    select id, supporter, sent_at from letter where supporter is not null
    union all
    select id, recipient, case when status = 'sent' then at end from delivery where recipient is not null;
