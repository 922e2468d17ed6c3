-- grain: one row per person and half-open span of unchanged facts, employed days only
with organisation_history as (
    select * from {{ ref('int_organisation_history') }}
),

final as (
    select
        person_key,
        valid_from,
        valid_to,
        person_label,
        department_key,
        job_function,
        location,
        is_manager,
        manager_person_key,
        tenure_band,
        employment_status
    from organisation_history
)

select * from final
