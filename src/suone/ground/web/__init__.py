"""How a page looks: the base page, its components, styles, languages, error pages."""
