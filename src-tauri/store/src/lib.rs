//! What Selvage keeps on the laptop: its SQLite database and the library folder.
