-- Fails where a comparison with 14 weeks before is shown although one of the two figures is not, or
-- is not the one the earlier row shows.
{{ config(tags=['audit']) }}
{%- set metrics = usage_columns() | selectattr('is_compared') | map(attribute='name') | list %}
with usage as (
    select * from {{ ref('department_usage_weekly') }}
),

final as (
    select
        usage.department_key,
        usage.tool,
        usage.week_start
    from usage
    left join usage as earlier
        on
            usage.department_key = earlier.department_key
            and usage.tool = earlier.tool
            and {{ add_days('usage.week_start', -98) }} = earlier.week_start
    where
        {%- for metric in metrics %}
        {{ 'or ' if not loop.first }}(
            usage.{{ metric }}_change is not null
            and (usage.{{ metric }} is null or earlier.{{ metric }} is null)
        )
        or usage.{{ metric }}_14_weeks_ago <> earlier.{{ metric }}
        or (usage.{{ metric }}_14_weeks_ago is not null and earlier.{{ metric }} is null)
        {%- endfor %}
)

select * from final
