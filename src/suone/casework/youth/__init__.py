"""Young people notified before there is a consent, where the law of the canton allows it: little, to one institution, not for long."""
