"""What a day shows: the worklist, whom to call, who works here, who looked at what. Reads from all wings below."""
