"""How a request becomes a reading or an act: the decorators every view wears."""
