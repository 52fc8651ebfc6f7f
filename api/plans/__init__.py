"""Plans (并联计划): what comes after what, three readings of it, and what each saves."""
