"""Who acts: accounts, roles and permissions, the acting person of a request, and the row policies that bind them."""
