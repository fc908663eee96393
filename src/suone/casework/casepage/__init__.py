"""The case on one page: what is next, what is missing, plan, people, timeline; and all cases in one's lead."""
