"""Fills the database in FOLDER, which a Selvage has made, with COUNT deployments of RUNS runs each,
as each version of Selvage has kept them since the first: `many_deployments.py FOLDER COUNT RUNS`."""
import datetime
import json
import sqlite3
import sys
import uuid

folder, count, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def stamp(moment):
    return moment.isoformat().replace("+00:00", "Z")


def run(number, schedule):
    began = now - datetime.timedelta(minutes=28 * number)
    name = began.strftime("weavestream-postgres-%Y-%m-%dT%H-%M-%SZ.dump")
    manifest = {
        "weavestreamVersion": "1.9.11", "prismaMigrationHash": "sha256:" + "5" * 64, "passwordEncryptionKid": "1",
        "databaseUrlHostname": "postgres", "generatedAt": stamp(began), "filename": name, "sizeBytes": 411_000_000 + number, "sha256": "a" * 64,
    }
    return {
        "id": str(uuid.uuid4()), "schedule_id": schedule, "schedule_name": "Daily", "kind": "scheduled", "status": "success",
        "started_at": stamp(began), "finished_at": stamp(began + datetime.timedelta(minutes=2)), "created_at": stamp(began),
        "size": 411_000_000 + number, "manifest": manifest, "dump_path": f"/var/lib/weavestream/backup/{name}", "error": None,
    }


database = sqlite3.connect(f"{folder}/selvage.db")
in_parts = database.execute("select count(*) from sqlite_master where name = 'observation_parts'").fetchone()[0]
for number in range(count):
    name, slug, id = f"Client {number}", f"client-{number}", str(uuid.uuid4())
    target = {"host": f"ws.{slug}.example", "port": 22, "user": "deploy", "auth": {"method": "automatic"}, "jump": None}
    deployment = {"id": id, "name": name, "slug": slug, "ssh": {"target": target, "folder": "/opt/weavestream"}, "direct": None}
    schedule = str(uuid.uuid4())
    seen = [run(nth, schedule) for nth in range(runs)]
    summary = {"at": stamp(now), "host_at": None, "unseen": [], "fallback_reason": None, "instead": None, "env": {"env": "out_of_reach"}, "latest_good": seen[0]}
    parts = {"facts": None, "schedules": [], "queue": {"seen": "out_of_reach"}, "recent": seen}
    database.execute("insert into deployments values (?, ?, ?, ?)", (id, name, slug, json.dumps(deployment)))
    whole = summary if in_parts else summary | parts
    database.execute("insert into observations values (?, ?)", (id, json.dumps(whole)))
    for part, document in parts.items() if in_parts else ():
        database.execute("insert into observation_parts values (?, ?, ?)", (id, part, json.dumps(document)))
database.commit()
