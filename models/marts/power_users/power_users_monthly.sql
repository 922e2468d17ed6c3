-- grain: one row per month, department (reporting unit) and tool: how many power users, and their share
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

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'month' and item = ''
),

flags as (
    {{ hidden_flags('hidden_cells', ['period_start', 'unit_key', 'tool'], power_measures()) }}
),

figures as (
    select
        spine.unit_key,
        spine.unit_name,
        spine.department_set,
        spine.tool,
        spine.period_start,
        spine.period_state,
        spine.is_complete,
        coalesce(observed_months.weeks_observed, 0) as weeks_observed,
        case when observed_months.weeks_observed > 0 then coalesce(power_users.power_people, 0) end
            as power_people,
        {%- for measure in power_measures()[1:] %}
        power_users.{{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
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

masked_figures as (
    select
        figures.unit_key,
        figures.unit_name,
        figures.department_set,
        figures.tool,
        figures.period_start,
        figures.period_state,
        figures.is_complete,
        figures.weeks_observed,
        {%- for measure in power_measures() %}
        {{ masked(measure.name) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from figures
    left join flags
        on
            figures.period_start = flags.period_start
            and figures.unit_key = flags.unit_key
            and figures.tool = flags.tool
),

-- A share tells its part beside the sum, and the other part: it needs all three.
shares as (
    select
        masked_figures.*,
        {{ plain_ratio('masked_figures.power_people', 'use_figures.active_people') }} as share_of_active,
        {%- for measure in ['messages', 'tokens'] %}
        case
            when
                masked_figures.power_people is not null
                and masked_figures.other_{{ measure }}_hidden = 0
                {%- for total in {'messages': ['user_messages'], 'tokens': token_buckets()}[measure] %}
                and use_figures.{{ total }}_hidden = 0
                {%- endfor %}
                then {{ plain_ratio('masked_figures.power_' ~ measure, 'masked_figures.sender_' ~ measure) }}
        end as share_of_{{ measure }},
        {%- endfor %}
        {{ any_hidden(power_measures() | map(attribute='name') | list) }}
        or use_figures.active_people_hidden = 1 as is_suppressed
    from masked_figures
    inner join use_figures
        on
            masked_figures.period_start = use_figures.period_start
            and masked_figures.unit_key = use_figures.unit_key
            and masked_figures.tool = use_figures.tool
),

final as (
    select
        shares.unit_key as department_key,
        shares.unit_name as department_name,
        shares.tool,
        shares.period_start as month_start,
        cast(shares.power_people as {{ dbt.type_bigint() }}) as power_users,
        shares.share_of_active,
        shares.share_of_messages,
        shares.share_of_tokens,
        case
            when shares.is_complete and earlier.is_complete
                then cast(shares.power_people - earlier.power_people as {{ dbt.type_bigint() }})
        end as power_users_change,
        shares.weeks_observed,
        shares.period_state,
        shares.is_complete as is_complete_month,
        shares.is_suppressed
    from shares
    left join shares as earlier
        on
            {{ month_start(add_days('shares.period_start', -1)) }} = earlier.period_start
            and shares.unit_key = earlier.unit_key
            and shares.department_set = earlier.department_set
            and shares.tool = earlier.tool
)

select * from final
