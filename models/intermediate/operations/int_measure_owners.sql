-- grain: one row per tool that several sources can tell of, and day: whose figures count, by measure
-- Of the sources that have the day, the one that the company's file names, otherwise the first in the order of
-- the tool's kit. A source that owes the day owns nothing of it, so the next one counts until it comes.
with measure_owners as (
    select * from {{ ref('measure_owners') }}
),

tool_sources as (
    select * from {{ ref('int_tool_sources') }}
),

company_owners as (
    select
        tool,
        measure,
        owning_source,
        valid_from,
        coalesce(valid_to, {{ date_bound('last') }}) as valid_to
    from {{ ref('stg_company__measure_owners') }}
),

-- Of a table that is filled from log files, the days whose files were read: a day without a row is known,
-- and of a day before the first file there are only late rows.
loaded_days as (
    select distinct
        resources.source,
        resources.resource,
        loaded_days.day
    from {{ ref('stg_ops__resources') }} as resources
    inner join {{ ref('stg_ops__loaded_days') }} as loaded_days
        on
            resources.source = loaded_days.source
            and coalesce(resources.fetch_window, resources.resource) = loaded_days.resource
    where loaded_days.status in ('ok', 'empty')
),

candidates as (
    select
        measure_owners.tool,
        measure_owners.measure,
        measure_owners.source,
        loaded_days.day,
        row_number() over (
            partition by measure_owners.tool, measure_owners.measure, loaded_days.day
            order by
                case when company_owners.owning_source is null then 1 else 0 end,
                measure_owners.position,
                measure_owners.resource
        ) as candidate_rank
    from measure_owners
    inner join loaded_days
        on
            measure_owners.source = loaded_days.source
            and measure_owners.resource = loaded_days.resource
    inner join tool_sources
        on
            measure_owners.tool = tool_sources.tool
            and measure_owners.source = tool_sources.source
    left join company_owners
        on
            measure_owners.tool = company_owners.tool
            and measure_owners.measure = company_owners.measure
            and measure_owners.source = company_owners.owning_source
            and loaded_days.day >= company_owners.valid_from
            and loaded_days.day < company_owners.valid_to
),

final as (
    select
        tool,
        {%- for measure in owned_measures() %}
        max(case when measure = '{{ measure }}' then source end) as {{ measure }}_source,
        {%- endfor %}
        day as activity_date
    from candidates
    where candidate_rank = 1
    group by tool, day
)

select * from final
