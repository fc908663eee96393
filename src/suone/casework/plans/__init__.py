"""Integration plans, action plans and target agreements: goals, measures, signatures."""
