"""Deployments that tests start from, built once and copied.

`declared.py` names them, `store.py` keeps them under `.data/worlds`, `opened.py` gives a test its copy.
"""
