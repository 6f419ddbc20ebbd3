"""Mending what failed: corrected rows join the job that they come from, as a second source of the one runner."""
