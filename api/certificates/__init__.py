"""Certificates (证照): the document that leaves the house, and its check."""
