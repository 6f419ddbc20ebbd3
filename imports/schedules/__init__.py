"""Imports that come again: what is read, when, and whether it is still what was agreed on.

A schedule says what a connector reads and when (`models`, `times`); `schedules` changes it for people and programs.
`runs` starts what is due, once each; `drift` compares what was read with the last good run, and where it differs the
run's job is held for a person (`held`).
"""
