{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail'
) }}
-- grain: one row per person label: its compact key
-- Insert-only: every fact carries the key, so a key once given must never change its meaning.
with people as (
    select * from {{ ref('int_people') }}
),

labels as (
    select distinct person_label
    from people
),

known as (
    {% if is_incremental() -%}
        select
            person_label,
            person_key
        from {{ this }}
    {%- else -%}
        select
            cast(null as {{ dbt.type_string() }}) as person_label,
            cast(null as {{ dbt.type_int() }}) as person_key
        from labels
        where 1 = 0
    {%- endif %}
),

highest as (
    select coalesce(max(person_key), 0) as person_key
    from known
),

added as (
    select labels.person_label
    from labels
    left join known
        on labels.person_label = known.person_label
    where known.person_label is null
),

final as (
    select
        added.person_label,
        cast(
            highest.person_key + row_number() over (
                order by added.person_label
            ) as {{ dbt.type_int() }}
        ) as person_key
    from added
    cross join highest
)

select * from final
