-- Fields and states that were given plainer names. A document that is no JSON stays as it is.
update jobs set document = json_remove(json_set(document, '$.cancelling', json(document -> '$.canceling')), '$.canceling')
where case when json_valid(document) then json_type(document, '$.canceling') is not null else 0 end;

update jobs set document = json_set(document, '$.end.end', 'unsound')
where case when json_valid(document) then json_extract(document, '$.end.end') = 'found_wanting' else 0 end;

update env_versions set document = json_remove(json_set(document, '$.missing_keys', json(document -> '$.left_behind')), '$.left_behind')
where case when json_valid(document) then json_type(document, '$.left_behind') is not null else 0 end;

update observations set document = json_remove(json_set(document, '$.env.missing', json(document -> '$.env.lost')), '$.env.lost')
where case when json_valid(document) then json_type(document, '$.env.lost') is not null else 0 end;

-- In a text of JSON a quote is escaped, so this finds names alone.
update env_versions set document = replace(document, '"of":"', '"keyUse":"') where instr(document, '"of":"') > 0;

update observations set document = replace(document, '"of":"', '"keyUse":"') where instr(document, '"of":"') > 0;

update observations set document = json_remove(json_set(document, '$.fallback_reason', json(document -> '$.instead')), '$.instead')
where case when json_valid(document) then json_type(document, '$.instead') is not null else 0 end;
