"""Tests of dashgen, of its template and of the apps that it writes."""
