-- Tries that came to nothing because no mail passed the relay. They make no later try wait longer.
alter table letter add column relay_faults int not null default 0;
