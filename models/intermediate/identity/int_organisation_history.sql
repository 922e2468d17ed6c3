-- grain: one row per person and half-open span of unchanged facts, employed days only
-- Every fact that changes on a date of its own (leave, first report, tenure band) cuts the spans.
{%- set tenure_years = [1, 3, 7] %}
with employee_spans as (
    select * from {{ ref('int_employee_spans') }}
),

people as (
    select * from {{ ref('int_people') }}
),

person_keys as (
    select * from {{ ref('person_keys') }}
),

leave_spans as (
    select * from {{ ref('stg_company__leave') }}
),

manager_spans as (
    select * from {{ ref('int_manager_spans') }}
),

person_spans as (
    select
        people.person_token,
        people.person_label,
        employee_spans.*,
        managers.person_label as manager_label
    from employee_spans
    inner join people
        on employee_spans.employee_token = people.employee_token
    left join people as managers
        on employee_spans.manager_token = managers.employee_token
),

person_leave as (
    select
        people.person_token,
        leave_spans.starts_on as valid_from,
        coalesce(leave_spans.ends_before, {{ date_bound('last') }}) as valid_to
    from leave_spans
    inner join people
        on leave_spans.employee_token = people.employee_token
),

cuts as (
    select
        person_token,
        valid_from as cut_on
    from person_spans

    union distinct

    select
        person_token,
        valid_from as cut_on
    from person_leave

    union distinct

    select
        person_token,
        valid_to as cut_on
    from person_leave

    union distinct

    select
        person_token,
        valid_from as cut_on
    from manager_spans

    union distinct

    select
        person_token,
        valid_to as cut_on
    from manager_spans
    {% for years in tenure_years %}
        union distinct

        select
            person_token,
            cast({{ dbt.dateadd('year', years, 'hired_on') }} as date) as cut_on
        from person_spans
        where
            valid_from <= {{ dbt.dateadd('year', years, 'hired_on') }}
            and valid_to > {{ dbt.dateadd('year', years, 'hired_on') }}
    {% endfor %}
),

cut_spans as (
    select
        person_spans.*,
        cuts.cut_on as part_from,
        lead(cuts.cut_on) over (
            partition by person_spans.person_token, person_spans.valid_from
            order by cuts.cut_on
        ) as next_cut_on
    from person_spans
    inner join cuts
        on person_spans.person_token = cuts.person_token
            and person_spans.valid_from <= cuts.cut_on
            and person_spans.valid_to > cuts.cut_on
),

parts as (
    select
        cut_spans.*,
        coalesce(next_cut_on, valid_to) as part_to
    from cut_spans
),

part_leave as (
    select distinct
        parts.person_token,
        parts.part_from
    from parts
    inner join person_leave
        on parts.person_token = person_leave.person_token
            and parts.part_from >= person_leave.valid_from
            and parts.part_from < person_leave.valid_to
),

part_managers as (
    select
        parts.person_token,
        parts.part_from
    from parts
    inner join manager_spans
        on parts.person_token = manager_spans.person_token
            and parts.part_from >= manager_spans.valid_from
            and parts.part_from < manager_spans.valid_to
),

final as (
    select
        person_keys.person_key,
        parts.part_from as valid_from,
        parts.part_to as valid_to,
        parts.person_label,
        {{ department_key('parts.department') }} as department_key,
        parts.job_function,
        parts.location,
        part_managers.person_token is not null as is_manager,
        manager_keys.person_key as manager_person_key,
        case
            {%- for years in tenure_years %}
                when parts.part_from < {{ dbt.dateadd('year', years, 'parts.hired_on') }}
                    then '{{ ['under 1 year', '1-3 years', '3-7 years'][loop.index0] }}'
            {%- endfor %}
            else 'over 7 years'
        end as tenure_band,
        case
            when part_leave.person_token is not null then 'on_leave'
            else parts.employment_status
        end as employment_status
    from parts
    inner join person_keys
        on parts.person_label = person_keys.person_label
    left join person_keys as manager_keys
        on parts.manager_label = manager_keys.person_label
    left join part_leave
        on parts.person_token = part_leave.person_token
            and parts.part_from = part_leave.part_from
    left join part_managers
        on parts.person_token = part_managers.person_token
            and parts.part_from = part_managers.part_from
)

select * from final
