-- What was done with secrets leaves the jobs: it never was one. There is no way to remove an entry.
create table activity (
    id text primary key,
    at text not null,
    document text not null
) strict;
create index activity_newest on activity (at desc);

insert into activity (id, at, document)
select id, started_at, json_object('id', id, 'at', document ->> '$.startedAt', 'deployment', document ->> '$.deployment', 'kind', json(document -> '$.kind'))
from jobs where case when json_valid(document) then document ->> '$.kind.kind' = 'secret' else 0 end;

delete from jobs where id in (select id from activity);

create trigger activity_stays before delete on activity begin
    select raise(abort, 'what was done stays written down');
end;

-- What a job does is a typed step with its own progress; of jobs that ended it is in their log.
update jobs set document = json_remove(json_set(document, '$.step', null), '$.progress')
where case when json_valid(document) then json_type(document, '$.step') = 'text' else 0 end;

-- The journal: written before and after each step, added to and never changed.
create table journal (
    line integer primary key,
    job text not null references jobs (id) on delete cascade,
    document text not null
) strict;
create index journal_of_job on journal (job, line);

insert into journal (job, document)
select job, json_object('at', document ->> '$.at', 'what', json_object('entry', 'noted', 'note', json_object('note', 'text', 'text', document ->> '$.text')))
from job_log where json_valid(document) order by line;

drop table job_log;

create trigger journal_is_append_only before update on journal begin
    select raise(abort, 'the journal is only added to');
end;

-- What no other job may use while one runs.
create table resources (
    resource text primary key,
    job text not null references jobs (id) on delete cascade
) strict;
