-- The index of each deployment's vault. Values lie in the keyring of the system, never here.

create table env_versions (
    deployment text not null references deployments (id) on delete cascade,
    number integer not null,
    document text not null,
    primary key (deployment, number)
) strict;

-- A number is never given twice, also after the newest version was deleted.
create table env_numbers (
    deployment text primary key references deployments (id) on delete cascade,
    last integer not null
) strict;

-- Emergency kits that were written. The kits themselves lie where the admin put them.
create table kits (
    path text primary key,
    deployment text not null references deployments (id) on delete cascade,
    made_at text not null,
    document text not null
) strict;
create index kits_of_deployment on kits (deployment, made_at desc);
