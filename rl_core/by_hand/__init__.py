"""Algorithms taken apart: worlds so small that an update can be made, and checked, by hand."""
