"""What a tenant's imports, or everybody's, come to over a period: rows, causes of failure, sources, speed, mapping."""
