-- grain: one row per account that telemetry names, and day
{{ config(materialized='ephemeral') }}
{%- set relations = {'events': 'stg_otel__events', 'points': 'stg_otel__metric_points'} %}

with accounts as (
    {%- for name, relation in relations.items() %}
    select distinct
        {{ otel_account_namespace(name) }} as namespace,
        {{ otel_account(name) }} as id_token,
        {{ name }}.day as seen_on
    from {{ ref(relation) }} as {{ name }}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token', 'seen_on']) }}
    from accounts
)

select * from final
