-- grain: one row a month, department (reporting unit) and tool: how many power users, and their share
with spine as (
    select * from {{ ref('unit_spine') }}
    where
        period_type = 'month'
        and unit_key <> 'unattributed'
        and has_activity
        and gives_messages
),

power_users as (
    select * from {{ ref('unit_power_users') }}
),

use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month'
),

observed_months as (
    select
        month_start,
        tool,
        max(weeks_observed) as weeks_observed
    from power_users
    group by month_start, tool
),

class_counts as (
    select
        spine.unit_key,
        spine.unit_name,
        spine.department_set,
        spine.tool,
        spine.period_start,
        spine.period_state,
        spine.is_complete,
        coalesce(observed_months.weeks_observed, 0) as weeks_observed,
        coalesce(power_users.power_people, 0) as power_people,
        coalesce(power_users.other_people, 0) as other_people
    from spine
    left join power_users
        on
            spine.period_start = power_users.month_start
            and spine.unit_key = power_users.unit_key
            and spine.tool = power_users.tool
    left join observed_months
        on
            spine.period_start = observed_months.month_start
            and spine.tool = observed_months.tool
),

{{ merged_classes('class_counts', ['power_people', 'other_people']) }},

counted as (
    select
        merged.*,
        case
            when weeks_observed = 0 or power_people_takes_rest then null
            else {{ rounded_people('power_people_merged') }}
        end as shown_people,
        weeks_observed > 0 and (power_people_merged is null or other_people_merged is null)
            as is_merged
    from merged
),

shares as (
    select
        counted.*,
        use_figures.active_people,
        case
            when counted.shown_people >= use_figures.active_people
                then case when use_figures.active_people > 0 then cast(1 as {{ type_double() }}) end
            else {{ plain_ratio('counted.shown_people', 'use_figures.active_people') }}
        end as share_of_active,
        {%- for measure in ['messages', 'tokens'] %}
        case
            when
                counted.shown_people is not null
                and {{ is_safe_total('power_users.power_' ~ measure) }}
                and {{ is_safe_total('power_users.other_' ~ measure) }}
                {%- for total in {'messages': ['user_messages'], 'tokens': token_buckets()}[measure] %}
                and use_figures.{{ total }}_hidden = 0
                {%- endfor %}
                then cast(power_users.power_{{ measure }} as {{ type_double() }})
                    / nullif(cast(
                        power_users.power_{{ measure }} + power_users.other_{{ measure }}
                        as {{ type_double() }}
                    ), 0)
        end as share_of_{{ measure }},
        {%- endfor %}
        use_figures.active_people_hidden
    from counted
    inner join use_figures
        on
            counted.period_start = use_figures.period_start
            and counted.unit_key = use_figures.unit_key
            and counted.tool = use_figures.tool
    left join power_users
        on
            counted.period_start = power_users.month_start
            and counted.unit_key = power_users.unit_key
            and counted.tool = power_users.tool
),

final as (
    select
        shares.unit_key as department_key,
        shares.unit_name as department_name,
        shares.tool,
        shares.period_start as month_start,
        shares.shown_people as power_users,
        shares.share_of_active,
        shares.share_of_messages,
        shares.share_of_tokens,
        case when shares.is_complete and earlier.is_complete then shares.shown_people - earlier.shown_people end
            as power_users_change,
        shares.weeks_observed,
        shares.period_state,
        shares.is_complete as is_complete_month,
        shares.is_merged or shares.active_people_hidden = 1 as is_suppressed
    from shares
    left join shares as earlier
        on
            {{ month_start(add_days('shares.period_start', -1)) }} = earlier.period_start
            and shares.unit_key = earlier.unit_key
            and shares.department_set = earlier.department_set
            and shares.tool = earlier.tool
)

select * from final
