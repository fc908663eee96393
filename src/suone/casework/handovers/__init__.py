"""Hand-overs of a person from one institution to another, for good or in parallel: proposed, accepted or declined."""
