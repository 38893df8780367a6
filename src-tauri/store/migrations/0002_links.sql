-- A deployment has one or both of two links, and what was seen says how the queue was.

update deployments
set document = json_set(
    json_remove(document, '$.folder'),
    '$.ssh', json_object('target', json_extract(document, '$.ssh'), 'folder', json_extract(document, '$.folder'))
)
where json_type(document, '$.folder') is not null;

update observations
set document = json_set(document, '$.queue', case
    when json_type(document, '$.queue.Ok') is not null
        then json_patch(json_extract(document, '$.queue.Ok'), '{"seen":"read"}')
    else json_object('seen', 'unread', 'reason', json_extract(document, '$.queue.Err'))
end)
where json_type(document, '$.queue.seen') is null;
