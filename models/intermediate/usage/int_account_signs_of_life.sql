-- grain: one row per account, tool of the seat and day with a sign of life besides the activity itself
{{ config(materialized='view') }}
select
    account_key,
    tool,
    {{ dbt.bool_or('is_use') }} as is_use,
    activity_date
from {{ ref('port_signs_of_life') }}
group by account_key, tool, activity_date
