"""The ways into the product: the decorators that turn a request into a reading or an act, one on every view."""
