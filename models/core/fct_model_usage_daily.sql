-- grain: one row per department (of the day), tool, surface, model and day
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date'}}
) }}
{%- set changes = changes_since_built() %}
{%- set bases = ['credits', 'vendor_estimate', 'metered_list', 'billed'] %}
{%- set measures = ['turns', 'user_messages', 'interactions'] + token_buckets() %}
{%- set no_count = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}
{%- set no_money = 'cast(null as ' ~ type_money() ~ ')' %}

with person_model_days as (
    select * from {{ ref('int_person_model_days') }}
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days'}) }}
    {%- endif %}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days'}) }}
    {%- endif %}
),

costs as (
    select * from {{ ref('fct_costs_daily') }}
    where
        bucket = 'person'
        and cost_basis <> 'seat_allocated'
        {%- if changes %}
        and {{ is_changed(changes, {'usage_date': 'days'}) }}
        {%- endif %}
),

people as (
    select * from {{ ref('int_organisation_history') }}
),

department_usage as (
    select
        people.department_key,
        person_model_days.tool,
        person_model_days.surface,
        person_model_days.model,
        person_model_days.activity_date,
        count(distinct person_model_days.person_key) as people,
        {%- for measure in measures %}
        {{ total('person_model_days.' ~ measure) }} as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from person_model_days
    inner join people
        on
            person_model_days.person_key = people.person_key
            and person_model_days.activity_date >= people.valid_from
            and person_model_days.activity_date < people.valid_to
    group by
        people.department_key,
        person_model_days.tool,
        person_model_days.surface,
        person_model_days.model,
        person_model_days.activity_date
),

-- A session stands under its model of most turns and the surface it began on.
department_sessions as (
    select
        people.department_key,
        sessions.tool,
        sessions.surface,
        sessions.majority_model as model,
        sessions.activity_date,
        count(*) as sessions
    from sessions
    inner join people
        on
            sessions.person_key = people.person_key
            and sessions.activity_date >= people.valid_from
            and sessions.activity_date < people.valid_to
    group by
        people.department_key,
        sessions.tool,
        sessions.surface,
        sessions.majority_model,
        sessions.activity_date
),

-- Money names no surface: it stands on rows whose surface is NULL.
department_costs as (
    select
        department_key,
        tool,
        cast(null as {{ dbt.type_string() }}) as surface,
        model,
        usage_date as activity_date,
        {%- for basis in bases %}
        {{ total_money("case when cost_basis = '" ~ basis ~ "' then cost end") }}
            as cost_{{ basis }}{{ ',' if not loop.last }}
        {%- endfor %}
    from costs
    group by department_key, tool, model, usage_date
),

all_usage as (
    {%- for relation in ['department_usage', 'department_sessions', 'department_costs'] %}
    select
        department_key,
        tool,
        surface,
        model,
        activity_date,
        {%- for measure in ['people'] + measures %}
        {{ measure if relation == 'department_usage' else no_count }} as {{ measure }},
        {%- endfor %}
        {{ 'sessions' if relation == 'department_sessions' else no_count }} as sessions,
        {%- for basis in bases %}
        {{ 'cost_' ~ basis if relation == 'department_costs' else no_money }} as cost_{{ basis }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

department_days as (
    select
        department_key,
        tool,
        surface,
        model,
        {{ total('people') }} as people,
        {%- for measure in measures %}
        {{ total(measure) }} as {{ measure }},
        {%- endfor %}
        {{ total('sessions') }} as sessions,
        {%- for basis in bases %}
        {{ total_money('cost_' ~ basis) }} as cost_{{ basis }},
        {%- endfor %}
        activity_date
    from all_usage
    group by department_key, tool, surface, model, activity_date
),

final as (
    select
        department_key,
        tool,
        surface,
        model,
        people,
        turns,
        user_messages,
        interactions,
        sessions,
        {{ token_buckets() | join(',\n        ') }},
        {{ total_of_buckets() }} as total_tokens,
        case
            when coalesce({{ token_buckets() | join(', ') }}) is not null then 'reported'
            else 'unavailable'
        end as token_basis,
        {%- for basis in bases %}
        cost_{{ basis }},
        {%- endfor %}
        '{{ var("reporting_currency") }}' as currency,
        {{ inputs_version() }} as inputs_version,
        activity_date
    from department_days
)

select * from final
