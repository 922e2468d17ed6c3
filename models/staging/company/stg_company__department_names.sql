-- grain: One row a renamed department and span of first days: the name that it has now.
with source as (
    select * from {{ source('company', 'department_names') }}
),

final as (
    select
        tenant,
        {{ department_key('old_name') }} as old_key,
        new_name,
        coalesce(begins_from, {{ date_bound('first') }}) as begins_from,
        coalesce(begins_before, {{ date_bound('last') }}) as begins_before
    from source
)

select * from final
