"""A person passes from one institution to another: asked, accepted or declined, in parallel or for good."""
