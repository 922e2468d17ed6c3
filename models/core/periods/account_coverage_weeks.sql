-- grain: one row per week and tool with use: accounts of people, and accounts without one by reason
{%- set reasons = unmatched_reasons() %}
with account_days as (
    select * from {{ ref('int_account_usage_days') }}
    where is_active
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

account_weeks as (
    select
        {{ iso_week_start('activity_date') }} as week_start,
        tool,
        account_key,
        max(case when person_key is not null then 1 else 0 end) as is_matched,
        min(case when person_key is null then unmatched_reason end) as unmatched_reason
    from account_days
    where {{ is_rebuilt('week', iso_week_start('activity_date')) }}
    group by {{ iso_week_start('activity_date') }}, tool, account_key
),

final as (
    select
        week_start,
        tool,
        sum(is_matched) as matched_accounts,
        {%- for reason in reasons[:-1] %}
        sum(case when unmatched_reason = '{{ reason }}' then 1 else 0 end) as unmatched_{{ reason }},
        {%- endfor %}
        sum(
            case
                when
                    unmatched_reason not in (
                        {%- for reason in reasons[:-1] %}
                        '{{ reason }}'{{ ',' if not loop.last }}
                        {%- endfor %}
                    )
                    then 1
                else 0
            end
        ) as unmatched_{{ reasons[-1] }}
    from account_weeks
    group by week_start, tool
)

select * from final
