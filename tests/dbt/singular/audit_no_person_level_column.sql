-- Fails for every column of the marts that could carry a person: a key, a token, a label. Reads the
-- built tables, not the declarations.
{{ config(tags=['audit']) }}
-- depends_on: {{ ref('department_usage_weekly') }}
{%- set forbidden = ['person', 'account_key', 'token', 'label', 'email', 'login', 'user_key', 'manager'] %}
{%- set allowed = [
    'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens',
    'unsplit_tokens', 'total_tokens', 'unpriced_tokens', 'mean_daily_tokens', 'daily_tokens_deviation',
    'token_basis', 'tokens_per_active_person', 'share_of_tokens', 'cost_per_active_person',
    'sessions_per_active_person', 'sessions_per_active_person_14_weeks_ago',
    'sessions_per_active_person_change', 'median_sessions_per_active_person',
    'messages_per_active_person', 'is_personal_data', 'people_with_tokens', 'minimum_tokens',
] %}
{#- Words of the company, and what price lists say. -#}
{%- set labelled = ['company_calendar', 'events'] %}
{%- set found = [] %}
{%- if execute %}
    {%- set schema = ref('department_usage_weekly').schema %}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.schema == schema %}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias) %}
        {%- if relation is not none %}
            {%- for column in adapter.get_columns_in_relation(relation) %}
                {%- set name = column.name | lower %}
                {%- if name not in allowed and not (name == 'label' and node.alias in labelled) %}
                    {%- for word in forbidden if word in name %}
                        {%- do found.append((node.alias, name)) %}
                    {%- endfor %}
                {%- endif %}
            {%- endfor %}
        {%- endif %}
    {%- endfor %}
{%- endif %}
{%- if found %}
{%- for table, column in found %}
select
    '{{ table }}' as published_table,
    '{{ column }}' as published_column
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- else %}
select
    published_table,
    published_column
from (
    select
        '' as published_table,
        '' as published_column
) as nothing
where 1 = 0
{%- endif %}
