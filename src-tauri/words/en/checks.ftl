# Lines of a connection test: what each is called in each state, and what it found.

check-sign-in-ok = Host answers, key is trusted
check-sign-in-warn = Signed in
check-sign-in-bad = Cannot sign in
check-sign-in-not-tested = Host, key and login
check-docker-ok = Docker and Compose
check-docker-warn = { check-docker-ok }
check-docker-bad = Docker cannot be used
check-docker-not-tested = { check-docker-ok }
check-folder-ok = Folder contains a deployment
check-folder-warn = { check-folder-ok }
check-folder-bad = Folder contains no deployment
check-folder-not-tested = Folder with compose.yml
check-services-ok = Services are running
check-services-warn = Services need attention
check-services-bad = A service is not running
check-services-not-tested = Services
check-dumps-ok = Dumps can be read
check-dumps-warn = Dumps are not readable directly
check-dumps-bad = Dumps cannot be read
check-dumps-not-tested = Dumps
check-database-ok = Postgres answers
check-database-warn = { check-database-ok }
check-database-bad = Postgres does not answer
check-database-not-tested = Postgres
check-queue-ok = Queue can be read
check-queue-warn = Queue cannot be read
check-queue-bad = { check-queue-warn }
check-queue-not-tested = Queue
check-clock-ok = Clocks agree
check-clock-warn = Clocks differ
check-clock-bad = { check-clock-warn }
check-clock-not-tested = Clock
check-postgres-ok = Postgres answers, certificate is trusted
check-postgres-warn = Postgres answers, the certificate is not verified
check-postgres-bad = Cannot sign in to Postgres
check-postgres-not-tested = Postgres, its certificate and the role
check-tables-ok = Tables are Weavestream’s
check-tables-warn = { check-tables-ok }
check-tables-bad = Tables are not Weavestream’s
check-tables-not-tested = Tables
check-rights-ok = Role has all needed privileges
check-rights-warn = Role lacks some privileges
check-rights-bad = Role has no privileges
check-rights-not-tested = Privileges of the role
check-pg-dump-ok = pg_dump on this laptop
check-pg-dump-warn = { check-pg-dump-ok }
check-pg-dump-bad = No pg_dump on this laptop
check-pg-dump-not-tested = { check-pg-dump-ok }
check-server-clock-ok = { check-clock-ok }
check-server-clock-warn = { check-clock-warn }
check-server-clock-bad = { check-clock-warn }
check-server-clock-not-tested = { check-clock-not-tested }

## What a line found

detail-needs-docker = Needs Docker and the folder
detail-needs-service = Needs the api or worker container
detail-not-tested = Not tested yet
detail-compose-not-asked = Compose did not answer
detail-signed-in = Signed in as { $login }
detail-docker = Docker { $engine }, { $v1 ->
    [true] docker-compose
   *[other] Compose
} { $compose }{ $sudo ->
    [true] , through sudo
   *[other] { "" }
}
detail-compose-file = { $file } in { $folder }
weavestream-version = { $version ->
    [none] { "" }
   *[other] Weavestream { $version },{ " " }
}
detail-services = { weavestream-version }{ $unhealthy-count ->
    [0] { $count ->
        [one] 1 service running
       *[other] { $count } services running
    }
   *[other] Unhealthy: { $unhealthy }
}
detail-dumps-direct = Readable by this login
detail-dumps-sudo = Readable through sudo
detail-dumps-container = Not readable by this login; read through the { $service } container
detail-dumps-unreadable = Not readable by this login, and neither worker nor api is running
clock-of = { $whose ->
    [host] host
   *[other] server
}
detail-clocks = { $they ->
    [agree] The { clock-of } and this laptop agree
    [ahead] The { clock-of } is { SPAN($seconds) } ahead of this laptop
   *[other] The { clock-of } is { SPAN($seconds) } behind this laptop
}
detail-postgres = Postgres { $version }, { $line-tls ->
    [none] not encrypted
   *[other] { $line-tls }, { $line-verified ->
        [true] certificate verified
       *[other] certificate not verified
    }
}
detail-schedules = { $count ->
    [one] 1 schedule
   *[other] { $count } schedules
}
detail-rights = { $change ->
    [true] { $dump ->
        [true] May change schedules and read everything
       *[other] May change schedules, but not dump
    }
   *[other] { $dump ->
        [true] May dump, but not change schedules
       *[other] May neither change schedules nor dump
    }
}
detail-pg-dump = { $version } at { $path }
detail-newer-pg-dump = { $version }: its dumps need pg_restore { $major } or newer
detail-database = Postgres { $major }, { $schedules ->
    [one] 1 schedule
   *[other] { $schedules } schedules
}{ $forwarded ->
    [true] { "" }
   *[other] ; through psql in the container, because forwards are not allowed
}
detail-queue = { $count } in the queue
