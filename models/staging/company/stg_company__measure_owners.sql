-- grain: One row per tool, measure and validity: the source whose figures the company wants to
-- count first.
with source as (
    select * from {{ source('company', 'measure_owners') }}
),

final as (
    select
        tenant,
        tool,
        measure,
        coalesce(valid_from, {{ date_bound('first') }}) as valid_from,
        valid_to,
        owning_source
    from source
)

select * from final
