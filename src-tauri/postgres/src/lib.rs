//! The Database port over Postgres, directly or through psql in the container.
