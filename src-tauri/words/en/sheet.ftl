# The recovery sheet of an emergency kit. What stands here is HTML; facts come escaped.

sheet-title = Recovery sheet: { $deployment }
sheet-written = Written { $at } by Selvage { $selvage }, for the kit <code>{ $kit }</code>. This sheet contains no secret.
sheet-what-there-is = What there is
sheet-deployment = Deployment
sheet-docker-host = Docker host
sheet-host = { $host }{ $port ->
    [none] { "" }
   *[other] , port { $port }
}
sheet-folder = Folder on the host
sheet-postgres = Postgres
sheet-data-folder = Data folder
sheet-weavestream = Weavestream
sheet-version-in-env = see WEAVESTREAM_VERSION in .env
sheet-env = .env in the kit
sheet-env-version = version { $version }, captured { $at }
sheet-compose-files = Compose files in the kit
sheet-no-compose-files = none: the host could not be asked for them
sheet-missed = The Compose project names more than the kit could contain. Each of these needs its own copy:
sheet-dumps = Where the dumps are
sheet-no-dumps = No verified dump was on the laptop when this sheet was written. The host keeps its own in the folder <code>backup</code> of the data folder.
sheet-made = Made
sheet-bytes = Bytes
sheet-file = File on the laptop, and its SHA-256
sheet-earlier = earlier
sheet-uploads = Uploaded files are not in a dump: they are in the folder <code>files</code> of the data folder, and need their own copy.
sheet-open = Open the kit
sheet-open-how = With Selvage: <b>Add a deployment</b>, then <b>From an emergency kit</b>. Without it, <a href="https://age-encryption.org">age</a> and <code>tar</code> are enough; <code>age</code> asks for the passphrase:
sheet-open-gives = That gives { $files } and this sheet.
sheet-new-host = Bring it back on a new Docker host
sheet-new-host-needs = Docker with Compose is installed there, and the contents of the kit are in the current folder.
sheet-step-folders = Create the folders, and copy the contents of the kit into them. Copy <code>.env</code> byte for byte.
sheet-step-files = Copy the uploaded files back. The path on the left is where your copy of them is.
sheet-step-dump = Copy the dump into the same folder, from the laptop. Its SHA-256 must be the one above.
sheet-step-postgres = Start only Postgres, and wait until it is healthy.
sheet-step-restore = Restore the dump.
sheet-step-recreate = Only if that failed on a database that was not empty: recreate it, and restore once more.
sheet-step-start = Start everything.
sheet-then-check = Then check
sheet-check-sign-in = An admin can sign in.
sheet-check-password = A saved password can be shown: the keys are the right ones.
sheet-check-picture = An uploaded picture opens: the files are back.
sheet-check-backups = Admin, Backups shows the history, and <b>Run now</b> writes a new dump.
sheet-fresh-keys = If a container prints fresh random keys and does not start, <code>.env</code> is not the right one. Never use those keys: with them nothing that was saved can be decrypted again.
