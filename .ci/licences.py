"""Fails when a package that may be built in offers no licence of the list."""

import json
import re
import subprocess
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
    "CC0-1.0", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "OpenSSL", "Unicode-3.0", "Unlicense", "Zlib",
}


def allowed(expression):
    """Evaluates an SPDX expression: AND binds before OR, `/` is an old OR."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def term():
        token = tokens.pop(0)
        if token == "(":
            value = either()
            tokens.pop(0)
            return value
        if tokens and tokens[0] == "WITH":
            token += " WITH " + tokens[1]
            del tokens[:2]
        return token in ALLOWED

    def joined(word, part, combine):
        value = part()
        while tokens and tokens[0] == word:
            tokens.pop(0)
            value = combine([value, part()])
        return value

    def both():
        return joined("AND", term, all)

    def either():
        return joined("OR", both, any)

    return either()


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
    packages = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packages"]
    bad = [p for p in packages if p["source"] and not allowed(p["license"] or "none")]
    for package in bad:
        print(f"{package['name']} {package['version']}: {package['license']}", file=sys.stderr)
    if not bad:
        print(f"{len(packages)} packages, each under an allowed licence")
    sys.exit(bool(bad))


main()
