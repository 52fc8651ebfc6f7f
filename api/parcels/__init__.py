"""Parcels (宗地): what is assumed of their papers, for everybody to read."""
