-- What was seen of a deployment, part by part: a list of many reads the short one alone.
create table observation_parts (
    deployment text not null references observations (deployment) on delete cascade,
    part text not null,
    document text not null,
    primary key (deployment, part)
) strict;

-- What is no JSON is looked at anew.
delete from observations where not json_valid(document);

insert into observation_parts (deployment, part, document)
select deployment, part.value, coalesce(document -> ('$.' || part.value), 'null')
from observations, json_each('["facts", "schedules", "queue", "recent"]') as part;

-- The time of the run is on the record of its dump, where the run is known.
update local_dumps set document = json_set(document, '$.run_at', (
    select coalesce(run.value ->> '$.started_at', run.value ->> '$.created_at')
    from observation_parts as seen, json_each(seen.document) as run
    where seen.deployment = local_dumps.deployment and seen.part = 'recent' and run.value ->> '$.id' = local_dumps.document ->> '$.run'
))
where case when json_valid(document) then document ->> '$.made_at' is null else 0 end;

update local_dumps set document = json_set(document, '$.run_at', (
    select coalesce(seen.document ->> '$.latest_good.started_at', seen.document ->> '$.latest_good.created_at')
    from observations as seen
    where seen.deployment = local_dumps.deployment and seen.document ->> '$.latest_good.id' = local_dumps.document ->> '$.run'
))
where case when json_valid(document) then document ->> '$.made_at' is null and document ->> '$.run_at' is null else 0 end;

-- Earlier versions saw host and database at once.
update observations set document = json_set(document, '$.host_at', document ->> '$.at')
where document ->> '$.host_at' is null and json_type(document, '$.facts') = 'object';

update observations set document = json_remove(document, '$.facts', '$.schedules', '$.queue', '$.recent');
