"""The course of a case on one page: what is next, what is missing, plan, people, timeline; and steering it."""
