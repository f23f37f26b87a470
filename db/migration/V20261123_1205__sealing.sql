-- A known value, sealed and hashed when the database was new: tells whether the keysets are this database's.
create table canary (
    id     uuid    primary key,
    sealed bytea   not null,
    hash   bytea   not null,
    the_one boolean not null default true unique check (the_one)
);

-- The key with which all values of a sealed column are known to be sealed.
create table resealed (
    column_name text  primary key,  -- table.column
    key_prefix  bytea not null      -- Tink's: what every ciphertext of the key begins with
);
