"""Who else follows the same person, without names: the server, the client at an institution, the oblivious function."""
