-- Findings with since when each is known and what was notified; what settings kept of it before
-- is left behind: the first check of each deployment is news of nothing.
create table finding_checks (
    deployment text primary key references deployments (id) on delete cascade
) strict;

create table findings (
    deployment text not null references deployments (id) on delete cascade,
    kind text not null,
    subject text not null,
    document text not null,
    primary key (deployment, kind, subject)
) strict;

delete from settings where key like 'told:%' or key like 'untold:%';
