"""What every wing stands on: who acts, the log, how pages and answers look, the entrances that views wear."""
