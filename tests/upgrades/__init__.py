"""The dumps of released versions, each of which the present migrations must be able to upgrade."""
