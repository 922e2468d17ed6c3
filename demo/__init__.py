"""The demo: a synthetic company and a local server that speaks the vendors' interfaces."""
