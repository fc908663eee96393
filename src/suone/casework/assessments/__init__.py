"""Answers to instruments in a case: sections, result, decision, and reassessment."""
