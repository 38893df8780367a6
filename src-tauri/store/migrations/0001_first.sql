-- Each thing is one JSON document; what is looked up by is a column beside it.

create table deployments (
    id text primary key,
    name text not null collate nocase unique,
    slug text not null unique,
    document text not null
) strict;

create table observations (
    deployment text primary key references deployments (id) on delete cascade,
    document text not null
) strict;

create table copies (
    path text primary key,
    deployment text not null,
    checked_at text not null,
    document text not null
) strict;
create index copies_of_deployment on copies (deployment, checked_at desc);

create table jobs (
    id text primary key,
    started_at text not null,
    -- The process that carries it out; its lock tells whether it still lives.
    process text not null,
    ended integer not null,
    document text not null
) strict;
create index jobs_newest on jobs (started_at desc);

create table job_log (
    line integer primary key,
    job text not null references jobs (id) on delete cascade,
    document text not null
) strict;
create index log_of_job on job_log (job, line);

create table settings (
    key text primary key,
    value text not null
) strict;
