"""Loads raw vendor data through the privacy gate into the warehouse. Nothing here knows dbt or Dagster."""
