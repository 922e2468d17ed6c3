-- grain: one row per month, department (reporting unit), tool and measure: how unequally people share it
-- No sums, so no cells: shown where the counts of people behind them are shown and large enough, and coarse.
{%- set least = least_people_of_statistics() %}
{%- set amounts = {'messages': ['user_messages'], 'tokens': token_buckets()} %}
with use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month' and unit_key <> 'unattributed' and has_activity
),

concentrations as (
    select * from {{ ref('unit_concentrations') }}
),

rows_of_measures as (
    {%- for measure, totals in amounts.items() %}
    select
        unit_key,
        unit_name,
        tool,
        '{{ measure }}' as measure,
        period_start,
        period_state,
        is_complete,
        active_people,
        active_people_hidden,
        {{ any_hidden(['licensed_people', 'licensed_active_people']) }} as are_licences_hidden
    from use_figures
    where
        (active_people is not null or active_people_hidden = 1)
        and (
            coalesce({{ totals | join(', ') }}) is not null
            or {{ any_hidden(totals) }}
        )
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

judged as (
    select
        rows_of_measures.*,
        concentrations.gini_active,
        concentrations.gini_eligible,
        concentrations.top_share_active,
        concentrations.top_share_eligible,
        not coalesce(concentrations.is_dominated, false)
        and coalesce(rows_of_measures.active_people, 0) >= {{ least }}
        and coalesce(concentrations.contributors, 0) >= {{ least }} as is_shown,
        concentrations.top_active_people >= {{ suppression_k() }}
        and not concentrations.is_top_active_dominated as is_top_active_shown,
        concentrations.top_eligible_people >= {{ suppression_k() }}
        and not concentrations.is_top_eligible_dominated as is_top_eligible_shown
    from rows_of_measures
    left join concentrations
        on
            rows_of_measures.period_start = concentrations.month_start
            and rows_of_measures.unit_key = concentrations.unit_key
            and rows_of_measures.tool = concentrations.tool
            and rows_of_measures.measure = concentrations.measure
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        measure,
        period_start as month_start,
        case when is_shown then {{ rounded_statistic('gini_active', 100) }} end as gini_active,
        case when is_shown and not are_licences_hidden then {{ rounded_statistic('gini_eligible', 100) }} end
            as gini_eligible,
        case when is_shown and is_top_active_shown then {{ rounded_statistic('top_share_active', 20) }} end
            as top_decile_share_active,
        case
            when is_shown and not are_licences_hidden and is_top_eligible_shown
                then {{ rounded_statistic('top_share_eligible', 20) }}
        end as top_decile_share_eligible,
        period_state,
        is_complete as is_complete_month,
        -- Where nobody has any of it there is nothing to hide.
        active_people_hidden = 1
        or (
            gini_active is not null
            and not (is_shown and not are_licences_hidden and is_top_active_shown and is_top_eligible_shown)
        ) as is_suppressed
    from judged
)

select * from final
