-- grain: one row per period and tool: exact figures of use by accounts without a person
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool'] %}
with contributions as (
    select * from {{ ref('account_tool_periods') }}
),

{{ unit_figures(keys, account_measures()) }}

select * from figures
