"""Telling other systems how imports ended, after the Standard Webhooks specification 1.0.

events      a job ends → a delivery for each address that wants to know, in the transaction that ends it
deliveries  whose turn it is, and what comes of a try
dispatcher  sends many at once, in the worker's event loop
schedule    when the next try is
signing     the secret of a tenant, and what is signed with it
endpoints   what changes addresses and their deliveries
"""
