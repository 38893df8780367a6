"""The rooms of core, from the ground up: none imports one above it, except where said.
The list is the order of ARCHITECTURE.md's table."""
import pathlib
import re
import sys

CORE = pathlib.Path(__file__).parent.parent / "src-tauri/core/src"
ROOMS = """base deployment ports queue time secret probe library link jobs settings observation download
schedules activity vault evidence project_files findings kit local_dumps watch recovery history overview dump
registry views""".split()
# What was seen of a deployment includes how its .env differs, and whoever looks asks the vault.
ALLOWED = {("observation", "vault")}
# Names of the crate that are no rooms.
OTHERS = {"weavestream", "shell", "Secret", "Problem", "Class"}

faults = []
for path in sorted(CORE.rglob("*.rs")):
    room = path.relative_to(CORE).parts[0].removesuffix(".rs")
    if room == "lib":
        continue
    if room not in ROOMS:
        faults.append(f"{room} is no room that is known: add it to .ci/rooms.py and ARCHITECTURE.md")
        continue
    code = path.read_text().split("#[cfg(test)]")[0]
    for other in set(re.findall(r"crate::(\w+)", code)) - OTHERS - {room}:
        up = other in ROOMS and ROOMS.index(other) > ROOMS.index(room)
        if up and (room, other) not in ALLOWED:
            faults.append(f"{path.relative_to(CORE)} imports {other}, which is above {room}")
print(f"{len(ROOMS)} rooms of core, {len(faults)} imports that go up")
sys.exit("\n".join(faults) or 0)
