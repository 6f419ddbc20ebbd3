"""Servers on loopback that stand in for Google and Airtable, for tests and for `bin/run --demo-google`.

They are strict where the real ones are: what those would refuse, these refuse. They keep everything in memory, and
nothing in production starts them.
"""
