"""The case on one page: next steps, missing items, plan, people, timeline; and all cases in one's lead."""
