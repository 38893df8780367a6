-- Two deployments may have a record of one path: the file of one was deleted by hand, and the
-- other's took the name. Neither record is the other's.
create table local_dumps (
    deployment text not null,
    path text not null,
    checked_at text not null,
    document text not null,
    primary key (deployment, path)
) strict;
insert into local_dumps (deployment, path, checked_at, document)
select deployment, path, checked_at, document from copies;
drop table copies;
create index local_dumps_newest on local_dumps (deployment, checked_at desc);

-- Of one-off dumps the table of contents alone had been read: they were never compared with
-- anything, nor read to their end.
update local_dumps set document = json_set(document, '$.state', 'unverified')
where json_extract(document, '$.made_at') is not null and json_extract(document, '$.state') = 'verified';
