"""Airtable: access by a personal access token, and the tables of bases."""
