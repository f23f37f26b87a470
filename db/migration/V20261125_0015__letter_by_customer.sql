-- A letter may be promised before it is known who a customer of Stripe is: it waits for that.
alter table letter alter column supporter drop not null;
alter table letter add column customer text; -- cus_…; null where the recipient is no customer
create index letter_customer on letter (customer) where status = 'waiting';

-- The newest address that Stripe told of a customer wins.
alter table supporter_customer add column stripe_order bigint not null default 0; -- see StripeOrder
alter table supporter_customer add column deleted_at timestamptz;                 -- Stripe's time; the row stays
