"""What a case is: state and level, participants, lead and case manager, notes, background, timeline."""
