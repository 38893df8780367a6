# Reasons that Selvage gives where a tool or a system says nothing itself. Each stands
# within a sentence of problems.ftl: a small letter, no full stop.

reason-exit-status = exit status { $status }
reason-sudo-needs-password = sudo needs a password
reason-other-owner = { read-way-direct }: the file would have another owner
reason-not-what-was-written = the file there is not what was written
reason-dangling-link = .env is a link to a folder that does not exist
reason-stages = { $stages } did not end well on the host
reason-nothing-dumped = pg_dump wrote nothing
reason-digests-differ = the host sent { $sent }, { $found } arrived
reason-stopped-on-host = reading was stopped on the host (exit status { $status })
reason-no-backup-folder = the folder of dumps is not known
reason-thread-stopped = a thread of the transfer stopped
reason-no-environment = its environment is not a list
reason-answer-cut = the answer is cut off
reason-no-clock = the answer has no clock
reason-worker-silent = the worker gave no reason
reason-not-queued = not queued: { $problem }
reason-api-forgets = the deployment is reached over a direct link to Postgres; the API removes it when it next starts
