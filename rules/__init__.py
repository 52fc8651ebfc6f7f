"""Policy as data, and what reads it: shapes, loader, checks, compiler, matchers. May import the engine alone."""
