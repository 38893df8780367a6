# The verdict: state, full stop, how it is known.

verdict-not-checked = Not checked yet.
verdict-not-checked-since = Not checked since { $since }.
verdict-no-dump = At risk. There is no dump.
verdict-dump-old = At risk. The newest dump is { $at-span } old.
verdict-no-copy = At risk. No verified copy outside the host.
verdict-no-keys = At risk. The keys that decrypt its data are not in the vault.
verdict-keys-unset = At risk. Version { $version } in the vault has no { $names }.
verdict-keys-do-not-decrypt = { $names-count ->
        [one] At risk. { $names } in the vault does not decrypt stored data.
       *[other] At risk. { $names } in the vault do not decrypt stored data.
    }
verdict-keys-not-saved = { $names-count ->
        [one] At risk. The host’s { $names } is not in the vault.
       *[other] At risk. The host’s { $names } are not in the vault.
    }
verdict-version-incomplete = At risk. Version { $version } in the keyring is incomplete.
verdict-saved = Database saved; files are not. Verified { $at-ago }.

# What would be lost. $keys says whether the vault has any.
-files = Uploaded files are not saved here.
loss-from-dump = { $keys ->
        [true] If this host were lost now, you would rebuild from { $at-dump }, and lose { $at-span } of changes. { -files }
       *[other] If this host were lost now, you would rebuild from { $at-dump }, and lose { $at-span } of changes. Saved passwords and MFA could not be decrypted: the keys in .env are not in the vault. { -files }
    }
loss-from-older-dump = { $keys ->
        [true] If this host were lost now, you would rebuild from an older dump on this laptop. { -files }
       *[other] If this host were lost now, you would rebuild from an older dump on this laptop. Saved passwords and MFA could not be decrypted: the keys in .env are not in the vault. { -files }
    }
loss-keys-only = If this host were lost now, you would have its keys, but no dump to use them with.
loss-everything = If this host were lost now, nothing on this laptop could bring it back.
